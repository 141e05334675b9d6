/** What help and the manual page both say of the whole program. */
import { CHECK_STATUS, EXIT_FAILED, EXIT_LOCKED, EXIT_OK, EXIT_USAGE } from "../report/verdict.ts";
import type { CommandName } from "./command_forms.ts";
import type { Command } from "./commands.ts";

export const PURPOSE =
  "vcm keeps this host's TLS certificates right: it issues the due ones from Vault or OpenBao, " +
  "deploys them, and reloads the services that have not loaded them yet.";

export const USAGE = "vcm [COMMAND] [NAME...] [OPTIONS]";

/** How a command is written: `vcm run [NAME...] [OPTIONS]`. */
export function usageOf({ name, takesNames, words }: Command): string {
  const names = takesNames ? " [NAME...]" : "";
  const word = words === undefined ? "" : ` ${words.join("|")}`;
  return `vcm ${name}${names}${word} [OPTIONS]`;
}

/** With what some commands end, and what it means. */
export interface ExitStatuses {
  readonly commands: readonly CommandName[];
  readonly meanings: readonly (readonly [status: number, meaning: string])[];
}

/** Of the commands that have more to tell than whether it went well. */
export const EXIT_STATUSES: readonly [ExitStatuses, ExitStatuses] = [
  {
    commands: ["run", "issue", "deploy", "restart"],
    meanings: [
      [EXIT_OK, "all is as the file asks"],
      [EXIT_FAILED, "something failed"],
      [EXIT_USAGE, "usage or configuration"],
      [EXIT_LOCKED, "another run holds the lock"],
    ],
  },
  {
    commands: ["check", "status"],
    meanings: [
      [CHECK_STATUS.fine, "fine"],
      [CHECK_STATUS.due, "due or owed"],
      [CHECK_STATUS.broken, "broken now"],
      [CHECK_STATUS.unknown, "cannot tell"],
    ],
  },
];
