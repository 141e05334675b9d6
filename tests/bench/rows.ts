/** What `deno task bench` measures, and the budgets of each row. */

/** The programs that are measured in turn. */
export type Who = "vcm" | "floor" | "consul-template" | "python";

/** The most that VCM may take: of its medians, or beside another program in the same rounds. */
export type Budget =
  | { readonly of: "ratio"; readonly to: Exclude<Who, "vcm">; readonly most: number }
  | { readonly of: "wall"; readonly milliseconds: number }
  | { readonly of: "memory"; readonly mebibytes: number };

/** What a budget allows, as the documentation has it. */
export function describeBudget(budget: Budget): string {
  switch (budget.of) {
    case "ratio":
      return `${budget.most} × ${budget.to}`;
    case "wall":
      return budget.milliseconds < 1000
        ? `${budget.milliseconds} ms`
        : `${budget.milliseconds / 1000} s`;
    case "memory":
      return `${budget.mebibytes} MiB`;
  }
}

export interface Row {
  /** A word for the command line. */
  readonly name: string;
  readonly title: string;
  readonly certificates: number;
  /** What there is to do; each certificate has two targets. */
  readonly work: "nothing" | "issue" | "deploy";
  /** Odd, so that a median is one of the runs. */
  readonly runs: number;
  readonly budgets: readonly Budget[];
}

/** They are for a machine that does nothing else. */
export const ROWS: readonly Row[] = [
  {
    name: "nothing-1",
    title: "nothing due: 1 certificate, 2 files",
    certificates: 1,
    work: "nothing",
    runs: 41,
    budgets: [{ of: "ratio", to: "floor", most: 1.45 }],
  },
  {
    name: "nothing-1000",
    title: "nothing due: 1,000 certificates, 2,000 files",
    certificates: 1_000,
    work: "nothing",
    runs: 15,
    budgets: [
      { of: "ratio", to: "floor", most: 6.0 },
      { of: "ratio", to: "consul-template", most: 0.5 },
    ],
  },
  {
    name: "nothing-10000",
    title: "nothing due: 10,000 certificates, 20,000 files",
    certificates: 10_000,
    work: "nothing",
    runs: 7,
    budgets: [
      { of: "ratio", to: "floor", most: 38 },
      { of: "memory", mebibytes: 185 },
    ],
  },
  {
    name: "issue-1",
    title: "issue 1 certificate, deploy 2 files",
    certificates: 1,
    work: "issue",
    runs: 21,
    budgets: [{ of: "wall", milliseconds: 85 }],
  },
  {
    name: "issue-200",
    title: "issue 200 certificates, deploy 400 files",
    certificates: 200,
    work: "issue",
    runs: 7,
    budgets: [{ of: "ratio", to: "consul-template", most: 3.2 }],
  },
  {
    name: "issue-1000",
    title: "issue 1,000 certificates, deploy 2,000 files",
    certificates: 1_000,
    work: "issue",
    runs: 3,
    budgets: [{ of: "ratio", to: "consul-template", most: 2.3 }],
  },
  {
    name: "deploy-20000",
    title: "deploy 20,000 lost files of 10,000 certificates",
    certificates: 10_000,
    work: "deploy",
    runs: 3,
    budgets: [{ of: "wall", milliseconds: 20_000 }],
  },
];
