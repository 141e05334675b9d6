/** Runs commands of the file: a service's action, and what judges its new files. */
import type { ServiceStep } from "../../plan/types.ts";
import { programPaths, runCommand } from "../../host/run_command.ts";
import { explainFailure, showCommand } from "../../host/command_output.ts";
import { type ActionResult, DONE, failed } from "./result.ts";

/** The kernel takes no variable of more than 131,072 bytes (execve(2), MAX_ARG_STRLEN). */
const LONGEST = 100_000;

const OUTLIVED = "ended, but a process that it started still writes to its output; " +
  "redirect the output of that process, or start it as a unit";

/** Throws CommandError where there is no such program. */
export async function runServiceCommand(
  command: readonly string[],
  { about, pending, timeout }: Pick<ServiceStep, "about" | "pending" | "timeout">,
): Promise<ActionResult> {
  const [program = "", ...args] = command;
  // A line each: neither names nor paths can hold a line break.
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

/** Whole lines; where there are too many, the last one is `…`. */
function bounded(lines: readonly string[]): string {
  let size = 0;
  const encoder = new TextEncoder();
  const end = lines.findIndex((line) => (size += encoder.encode(line).length + 1) > LONGEST);
  return (end === -1 ? lines : [...lines.slice(0, end), "…"]).join("\n");
}
