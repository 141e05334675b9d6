/** The environment of a file in tests: other files by their names, and variables. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";
import type { Environment, Included } from "../../../lib/config/environment.ts";
import type { Config } from "../../../lib/config/types.ts";
import { defined } from "../../support/defined.ts";

export interface TestEnvironment {
  /** Texts of included files, in their order. */
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Other results of patterns. */
  readonly further?: readonly Included[];
}

export function environmentOf(
  { files = {}, variables = {}, further = [] }: TestEnvironment,
): Environment {
  return {
    variable: (name) => variables[name],
    include: () => [
      ...Object.entries(files).map(([file, text]) => ({ kind: "text" as const, file, text })),
      ...further,
    ],
  };
}

/** Reads a main file that is called `f`. */
export async function parseWith(text: string, environment: TestEnvironment): Promise<Config> {
  return defined(
    await parseConfig(text, "f", () => Promise.resolve(environmentOf(environment))),
  );
}

/** Checks the lines that a text must give. */
export async function assertDiagnosticsIn(
  text: string,
  environment: TestEnvironment,
  ...lines: string[]
): Promise<void> {
  let said: string[] = [];
  try {
    await parseWith(text, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    said = error.message.split("\n");
  }
  assert.deepEqual(said, lines, text);
}
