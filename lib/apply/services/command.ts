/** Runs commands of the file: a service's action, and what judges its new files. */
import type { ServiceStep } from "../../plan/types.ts";
import { programPaths, runCommand } from "../../observe/command.ts";
import { explainFailure, showCommand } from "./command_output.ts";
import { type ActionResult, DONE, failed } from "./result.ts";

/** Throws CommandError where there is no such program. */
export async function runServiceCommand(
  command: readonly string[],
  { about, debt, timeout }: Pick<ServiceStep, "about" | "debt" | "timeout">,
): Promise<ActionResult> {
  const [program = "", ...args] = command;
  // A line each: neither names nor paths can hold a line break.
  const env = {
    VCM_CERTS: about.certificates.join("\n"),
    VCM_FILES: about.files.join("\n"),
    VCM_REASON: debt.detail,
  };
  const result = await runCommand(programPaths(program), args, timeout * 1000, env);
  if (result.code === 0) return DONE;
  return failed(`${showCommand(command)} ${explainFailure(result, timeout)}`);
}
