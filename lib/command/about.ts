/** Texts about the whole program, for help and the manual page. */
import { CHECK_STATUS, EXIT_FAILED, EXIT_LOCKED, EXIT_OK, EXIT_USAGE } from "../report/verdict.ts";
import type { CommandName } from "./command_forms.ts";
import type { Command } from "./commands.ts";

export const PURPOSE =
  "vcm keeps this host's TLS certificates current: it issues due certificates from Vault or " +
  "OpenBao, deploys them, and reloads the services that have not loaded them yet.";

export const USAGE = "vcm [COMMAND] [NAME...] [OPTIONS]";

/** How a command is written: `vcm run [NAME...] [OPTIONS]`. */
export function usageOf({ name, takesNames, words }: Command): string {
  const names = takesNames ? " [NAME...]" : "";
  const word = words === undefined ? "" : ` ${words.join("|")}`;
  return `vcm ${name}${names}${word} [OPTIONS]`;
}

/** The exit statuses of some commands, with their meanings. */
export interface ExitStatuses {
  readonly commands: readonly CommandName[];
  readonly meanings: readonly (readonly [status: number, meaning: string])[];
}

/** The commands with more exit statuses than success and failure. */
export const EXIT_STATUSES: readonly [ExitStatuses, ExitStatuses] = [
  {
    commands: ["run", "issue", "deploy", "restart"],
    meanings: [
      [EXIT_OK, "everything is as configured"],
      [EXIT_FAILED, "something failed"],
      [EXIT_USAGE, "usage or configuration error"],
      [EXIT_LOCKED, "another run holds the lock"],
    ],
  },
  {
    commands: ["check", "status"],
    meanings: [
      [CHECK_STATUS.fine, "fine"],
      [CHECK_STATUS.due, "due or pending"],
      [CHECK_STATUS.broken, "broken now"],
      [CHECK_STATUS.unknown, "cannot tell"],
    ],
  },
];
