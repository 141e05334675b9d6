/** What happened to one of the checks of `deno task test:long`; what fails throws. */
export type Outcome =
  | { readonly kind: "passed"; readonly detail: string }
  | { readonly kind: "skipped"; readonly reason: string };

export interface Step {
  /** A word for the command line. */
  readonly name: string;
  /** What it shows. */
  readonly title: string;
  readonly run: () => Promise<Outcome>;
}

export function passed(detail: string): Outcome {
  return { kind: "passed", detail };
}

export function skipped(reason: string): Outcome {
  return { kind: "skipped", reason };
}
