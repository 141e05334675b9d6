/** Whatever a pid file holds, and whoever it names: a process, none, or a reason for doubt. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CommandError } from "../../../lib/host/run_command.ts";
import { observeProcess } from "../../../lib/host/processes.ts";
import { wellFormedText } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const content = fc.oneof(
  { weight: 4, arbitrary: wellFormedText },
  fc.constantFrom("0", "1", "-1", "+7", "0x10", "1e3", "4194305", "99999999", " 12 34 ", "1\n2"),
  fc.integer({ min: 2, max: 4_194_304 }).map(String),
);

export const PID_FILES = [
  fuzz("whatever a pid file holds is a process, none or a doubt", content, async (text) => {
    const path = await Deno.makeTempFile({ prefix: "vcm-fuzz-" });
    try {
      await Deno.writeTextFile(path, text);
      const look = await observeProcess(path);
      if (look.kind === "unsure") assert.match(look.problem, /^\P{Cc}+$/u);
      if (look.kind === "running") assert.equal(String(look.pid), text.trim());
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    } finally {
      await Deno.remove(path);
    }
  }, { read: true, run: true, write: true }),
];
