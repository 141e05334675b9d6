/** One property of the program, to be tried with whatever chance makes. */
import fc from "fast-check";

export interface Limits {
  readonly seed: number;
  /** Leads to one case. */
  readonly path?: string;
  /** Milliseconds. */
  readonly time: number;
}

export interface Result {
  readonly cases: number;
  readonly failure?: {
    /** With the counterexample. */
    readonly report: string;
    readonly path: string;
    readonly cause: unknown;
  };
}

export interface Fuzz {
  readonly name: string;
  /** What the code needs of the machine beside nothing. */
  readonly rights: Deno.PermissionOptionsObject;
  /** Tries it until time is over, or it fails; then it looks for the smallest counterexample. */
  readonly check: (parameters: Limits) => Promise<Result>;
}

/** @param holds Throws where the property does not hold. */
export function fuzz<T>(
  name: string,
  made: fc.Arbitrary<T>,
  holds: (value: T) => void | Promise<void>,
  rights: Deno.PermissionOptionsObject = {},
): Fuzz {
  let running: Promise<void> = Promise.resolve();
  const property = fc.asyncProperty(made, (value) => running = tryOne(holds, value));
  const check = async (limits: Limits) => {
    const details = await fc.check(property, runFor(limits));
    // When time is over, the library does not wait for the last one.
    await running.catch(() => {});
    return toResult(details);
  };
  return { name, rights, check };
}

async function tryOne<T>(holds: (value: T) => void | Promise<void>, value: T): Promise<void> {
  await holds(value);
}

function runFor<T>({ time, ...start }: Limits): fc.Parameters<T> {
  return { ...start, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: time };
}

function toResult<T>(details: fc.RunDetails<T>): Result {
  const { numRuns: cases, failed, counterexamplePath, errorInstance: cause } = details;
  // Time may be over before the first one has ended.
  if (!failed || (details.interrupted && details.counterexample === null)) return { cases };
  const report = fc.defaultReportMessage(details) ?? "";
  return { cases, failure: { report, path: counterexamplePath ?? "", cause } };
}
