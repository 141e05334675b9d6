/** Prints errors; nothing else does. */
import { LockedError } from "../store/lock.ts";
import { ConfigError, formatDiagnostic } from "../config/diagnostic.ts";
import { errorJson } from "../report/json.ts";
import { EXIT_FAILED, EXIT_LOCKED, EXIT_UNKNOWN, EXIT_USAGE } from "../report/exit_status.ts";
import type { CommandName } from "../command/command_forms.ts";
import { errFormat, sayOnErr } from "../command/log_line.ts";
import type { Host } from "../command/host.ts";
import { InterruptedError } from "../command/interruption.ts";
import { type Arguments, UsageError } from "../command/parse_arguments.ts";
import { messageOf } from "../text/plain_cause.ts";

/**
 * Reports why a command failed, and returns its exit status.
 *
 * @param parsed Absent if the arguments are invalid.
 */
export function explain(
  error: unknown,
  parsed: Arguments | undefined,
  host: Host,
  args: readonly string[],
): number {
  const command = parsed?.command ?? (error instanceof UsageError ? error.command : undefined);
  const status = statusOf(error, command ?? (args[0] as CommandName));
  if (parsed?.json ?? args.some((arg) => /^--json(=|$)/.test(arg))) {
    const problems = error instanceof ConfigError ? error.diagnostics : undefined;
    tryPrint(errorJson(messageOf(error), problems), host);
  }
  tell(errorText(error, command), parsed ?? formatAskedFor(args), host);
  return status;
}

/** If standard output cannot be written, standard error reports it. */
function tryPrint(text: string, host: Host): void {
  try {
    host.out(text);
  } catch {
    return;
  }
}

function tell(text: string, args: Pick<Arguments, "logFormat">, host: Host): void {
  if (errFormat(args, host) === "text") return host.err(`${text}\n`);
  // Here the level of each line says that it is an error.
  const lines = text.replace(/^error: /gm, "").split("\n");
  for (const line of lines) sayOnErr(args, host, "error", line);
}

/** Invalid arguments may still contain the option. */
function formatAskedFor(args: readonly string[]): Pick<Arguments, "logFormat"> {
  const asks = args.includes("--log-format=json") ||
    args[args.indexOf("--log-format") + 1] === "json" && args.includes("--log-format");
  return asks ? { logFormat: "json" } : {};
}

function errorText(error: unknown, command: CommandName | undefined): string {
  if (error instanceof ConfigError) {
    const lines = error.diagnostics.map((problem) =>
      `error: ${formatDiagnostic(error.file, problem)}`
    );
    return lines.length < 2
      ? lines.join("\n")
      : [...lines, `${lines.length} errors; nothing was done`].join("\n");
  }
  if (error instanceof UsageError) {
    const help = command === undefined ? "vcm --help" : `vcm ${command} --help`;
    return `error: ${error.message}\nSee "${help}"`;
  }
  return `error: ${messageOf(error)}`;
}

/** `check` and `status` follow monitoring plugins: any error is 3, unknown. */
function statusOf(error: unknown, command: CommandName): number {
  if (error instanceof InterruptedError) return error.status;
  if (command === "check" || command === "status") return EXIT_UNKNOWN;
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT_USAGE;
  return error instanceof LockedError ? EXIT_LOCKED : EXIT_FAILED;
}
