/** What the tests of diagnostics share. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";

/** The lines that a person sees for a text with errors. */
export async function diagnosticsOf(text: string): Promise<string[]> {
  try {
    await parseConfig(text, "f");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n");
  }
  return [];
}

/** Checks the lines that one text must give. */
export async function assertDiagnostics(text: string, ...lines: string[]): Promise<void> {
  assert.deepEqual(await diagnosticsOf(text), lines, text);
}
