import { findPart, type PartName } from "./parts.ts";

/** Registers a test, as `Deno.test(name, fn)` does. */
export type RegisterTest = (name: string, fn: (t: Deno.TestContext) => Promise<void>) => void;

/**
 * Returns what registers tests that need some parts: `const test = await testsNeeding("openbao")`.
 * On a machine that cannot have a part they are skipped, with a line that says why; with CI=true
 * the test runner takes a skipped test for a failure.
 */
export async function testsNeeding(...names: readonly PartName[]): Promise<RegisterTest> {
  const reasons: string[] = [];
  for (const name of names) {
    const part = await findPart(name);
    if (part.kind === "missing") reasons.push(`no ${name}: ${part.reason}`);
  }
  return (name, fn) => {
    if (reasons.length > 0) console.error(`Skipped "${name}": ${reasons.join("; ")}`);
    Deno.test({ name, fn, ignore: reasons.length > 0 });
  };
}
