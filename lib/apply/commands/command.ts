/** Runs commands of the configuration: a service's action, and its validation. */
import type { ServiceStep } from "../../plan/types.ts";
import { programPaths, runCommand } from "../../host/run_command.ts";
import { explainFailure, showCommand } from "../../host/command_output.ts";
import type { ActionResult } from "./commands.ts";
import { DONE, failed } from "./result.ts";

/** Bytes; the kernel's limit for a variable is 131,072 (execve(2), MAX_ARG_STRLEN). */
const LONGEST = 100_000;

const OUTLIVED = "ended, but a process that it started still writes to its output; " +
  "redirect the output of that process, or start it as a unit";

/** Throws CommandError if there is no such program. */
export async function runServiceCommand(
  command: readonly string[],
  { about, pending, timeout }: Pick<ServiceStep, "about" | "pending" | "timeout">,
): Promise<ActionResult> {
  const [program = "", ...args] = command;
  // One line each: neither names nor paths can contain a line break.
  const env = {
    VCM_CERTS: bounded(about.certificates),
    VCM_FILES: bounded(about.files),
    VCM_REASON: bounded([pending.detail]),
  };
  const result = await runCommand(programPaths(program), args, timeout * 1000, env);
  if (result.code === 0) {
    return result.outlived ? failed(`${showCommand(command)} ${OUTLIVED}`) : DONE;
  }
  return failed(`${showCommand(command)} ${explainFailure(result, timeout)}`);
}

/** As many whole lines as fit; if some are left out, the last line is `…`. */
function bounded(lines: readonly string[]): string {
  let size = 0;
  const encoder = new TextEncoder();
  const end = lines.findIndex((line) => (size += encoder.encode(line).length + 1) > LONGEST);
  return (end === -1 ? lines : [...lines.slice(0, end), "…"]).join("\n");
}
