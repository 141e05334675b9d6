/** From single runs to medians, ratios and verdicts. */
import { type Budget, describeBudget, type Who } from "./rows.ts";

/** One process from start to end, with the programs that it waited for. */
export interface Run {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds, of all threads. */
  readonly cpu: number;
  /** Peak resident memory, MiB. */
  readonly memory: number;
}

/** The runs of a row, of each program in the order of the rounds. */
export type Measured = Readonly<Partial<Record<Who, readonly Run[]>>>;

export interface Verdict {
  readonly kind: "within" | "over" | "not measured";
  readonly text: string;
}

/** A middle half of the floor's runs that is wider than this share of its median shows a busy machine. */
const STEADY = 0.15;

/** The middle value, or the higher one of two. */
export function median(values: readonly number[]): number {
  return sorted(values)[Math.floor(values.length / 2)] ?? NaN;
}

/** The median of the ratios of each round, because both programs met the same machine there. */
export function ratioOf(
  ours: readonly Run[],
  theirs: readonly Run[],
  figure: "wall" | "cpu" = "wall",
): number {
  return median(ours.map((run, round) => run[figure] / (theirs[round]?.[figure] ?? NaN)));
}

/** One line for the table of a row. */
export function describe(who: Who, measured: Measured): string {
  const runs = measured[who] ?? [];
  const walls = runs.map(({ wall }) => wall);
  const [wall = "", ...range] = [median(walls), Math.min(...walls), Math.max(...walls)].map(
    duration,
  );
  const cpu = duration(median(runs.map((run) => run.cpu)));
  const memory = `${median(runs.map((run) => run.memory)).toFixed(1)} MiB`;
  const line = `  ${who.padEnd(15)} ${wall.padStart(8)} (${
    range.join(" to ")
  }), CPU ${cpu}, ${memory}`;
  if (who === "vcm") return line;
  const ours = measured.vcm ?? [];
  const ratios = [ratioOf(ours, runs), ratioOf(ours, runs, "cpu")].map((value) => value.toFixed(2));
  return `${line}; VCM takes ${ratios[0]} × its time, ${ratios[1]} × its CPU`;
}

/** Holds the figures of a row against one of its budgets. */
export function judge(budget: Budget, measured: Measured): Verdict {
  const text = describeBudget(budget);
  if (budget.of === "ratio" && measured[budget.to] === undefined) {
    return { kind: "not measured", text: `budget ${text}: not measured without --peers` };
  }
  const [value, most, took] = compare(budget, measured);
  const kind = value <= most ? "within" : "over";
  return { kind, text: `${took}, ${kind} the budget of ${text}` };
}

function compare(budget: Budget, measured: Measured): [value: number, most: number, took: string] {
  const ours = measured.vcm ?? [];
  switch (budget.of) {
    case "ratio": {
      const ratio = ratioOf(ours, measured[budget.to] ?? []);
      return [ratio, budget.most, `wall ${ratio.toFixed(2)} × ${budget.to}`];
    }
    case "wall": {
      const wall = median(ours.map((run) => run.wall));
      return [wall, budget.milliseconds, `wall ${duration(wall)}`];
    }
    case "memory": {
      const memory = median(ours.map((run) => run.memory));
      return [memory, budget.mebibytes, `memory ${memory.toFixed(1)} MiB`];
    }
  }
}

/** Says that the floor, which always does the same, was not steady; undefined if it was. */
export function unsteadiness(floor: readonly Run[]): string | undefined {
  const walls = floor.map(({ wall }) => wall);
  const outer = Math.floor(walls.length / 4);
  const [low = NaN, high = NaN] = [sorted(walls).at(outer), sorted(walls).at(-1 - outer)];
  if (high - low <= STEADY * median(walls)) return undefined;
  return `the middle half of the floor's runs took from ${duration(low)} to ${duration(high)}`;
}

/** Says that others keep the machine busy; undefined if they do not. */
export function busyness(load: number, cores: number): string | undefined {
  if (load <= cores / 4) return undefined;
  return `the load average was ${load.toFixed(1)} on ${cores} cores before the first run`;
}

function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${milliseconds.toFixed(1)} ms`
    : `${(milliseconds / 1000).toFixed(2)} s`;
}
