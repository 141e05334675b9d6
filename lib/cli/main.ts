/** From arguments to exit status: the one place that prints errors. */
import { ConfigError, formatProblem } from "../config/problem.ts";
import { errorJson } from "../report/json.ts";
import { EXIT_FAILED, EXIT_LOCKED, EXIT_OK, EXIT_UNKNOWN, EXIT_USAGE } from "../report/verdict.ts";
import { LockedError } from "../apply/lock.ts";
import { act } from "./act.ts";
import { type CommandName, commandNamed } from "./commands.ts";
import type { Host } from "./host.ts";
import { type Arguments, parseArguments, UsageError } from "./parse_arguments.ts";
import { VERSION } from "./version.ts";

/** Runs one command line and answers its exit status. Never throws. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  let parsed: Arguments | undefined;
  try {
    parsed = parseArguments(args);
    if (parsed.help) {
      const { commandHelp, generalHelp } = await import("./help.ts");
      host.out(parsed.named ? commandHelp(commandNamed(parsed.command)) : generalHelp());
      return EXIT_OK;
    }
    if (parsed.version) {
      host.out(`vcm ${VERSION} (deno ${Deno.version.deno})\n`);
      return EXIT_OK;
    }
    return await dispatch(parsed, host);
  } catch (error) {
    return explain(error, parsed, host, args);
  }
}

/** What cron runs every hour is loaded at start; the other commands when they are asked for. */
async function dispatch(args: Arguments, host: Host): Promise<number> {
  switch (args.command) {
    case "demo":
      return await (await import("../demo/tour.ts")).demo(host, main);
    case "doctor":
      return await (await import("./doctor.ts")).doctor(args, host);
    case "revoke":
      return await (await import("./revoke.ts")).revoke(args, host);
    case "validate":
      return await (await import("./validate.ts")).validate(args, host);
    case "check":
    case "plan":
      return await (await import("./look.ts")).look(args, host);
    case "run":
      if (args.dryRun) return await (await import("./look.ts")).look(args, host);
      return await act(args, host);
    case "issue":
    case "deploy":
    case "restart":
      return await act(args, host);
  }
}

function explain(
  error: unknown,
  parsed: Arguments | undefined,
  host: Host,
  args: readonly string[],
): number {
  const command = parsed?.command ?? (error instanceof UsageError ? error.command : undefined);
  const status = statusOf(error, command ?? (args[0] as CommandName));
  if (parsed?.json ?? args.includes("--json")) {
    const problems = error instanceof ConfigError ? error.problems : undefined;
    host.out(errorJson(messageOf(error), problems));
  }
  host.err(`${errorText(error, command)}\n`);
  return status;
}

function errorText(error: unknown, command: CommandName | undefined): string {
  if (error instanceof ConfigError) {
    const lines = error.problems.map((problem) => formatProblem(error.file, problem));
    if (lines.length < 2) return lines.join("\n");
    return [...lines, `${lines.length} mistakes; nothing was done`].join("\n");
  }
  if (error instanceof UsageError) {
    const help = command === undefined ? "vcm --help" : `vcm ${command} --help`;
    return `${error.message}\nSee "${help}"`;
  }
  return `error: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `check` speaks the language of monitoring plugins: whatever keeps it from looking is 3. */
function statusOf(error: unknown, command: CommandName): number {
  if (command === "check") return EXIT_UNKNOWN;
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT_USAGE;
  return error instanceof LockedError ? EXIT_LOCKED : EXIT_FAILED;
}
