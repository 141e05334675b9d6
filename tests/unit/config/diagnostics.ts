/** What the tests of mistakes share. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";

/** The lines that a person sees for a text with mistakes. */
export async function mistakesOf(text: string): Promise<string[]> {
  try {
    await parseConfig(text, "f");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n");
  }
  return [];
}

/** Holds one text against the lines that it should give. */
export async function assertMistakes(text: string, ...lines: string[]): Promise<void> {
  assert.deepEqual(await mistakesOf(text), lines, text);
}
