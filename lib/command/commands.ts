/**
 * The command table, from which help, the manual page and completion are made. It is apart from the
 * command forms because a run does not need these texts.
 */
import { EXIT_FAILED, EXIT_LOCKED, EXIT_OK, EXIT_USAGE } from "../report/exit_status.ts";
import { CHECK_STATUS } from "../report/verdict.ts";
import {
  COMMAND_FORMS,
  type CommandForm,
  type CommandName,
  type OptionName,
  OPTIONS,
} from "./command_forms.ts";

export const PURPOSE =
  "vcm keeps this host's TLS certificates current: it issues due certificates from Vault or " +
  "OpenBao, deploys them, and reloads the services that have not loaded them yet.";

export const USAGE = "vcm [COMMAND] [NAME...] [OPTIONS]";

interface CommandTexts {
  readonly summary: string;
  /** One paragraph to read before running it. */
  readonly details: string;
  /** Working command lines, each with a short description. */
  readonly examples: readonly (readonly [string, string])[];
}

export interface Command extends CommandForm, CommandTexts {}

const TEXTS: Readonly<Record<CommandName, CommandTexts>> = {
  run: {
    summary: "issue, deploy and reload everything that is due",
    details:
      "Compares the host with the configuration file and applies the difference. If nothing is " +
      "due, it changes nothing and sends no request. This is the default command.",
    examples: [
      ["vcm run --quiet", "for cron: prints only problems"],
      ["vcm run web.internal.myorg.local", "one certificate"],
      ["vcm run --wait 5m", "waits for another run to finish"],
    ],
  },
  check: {
    summary: "check all certificates, for monitoring",
    details:
      "Changes nothing and needs no server. The user must be able to read the store, as root can. " +
      "Exit status: 0 fine, 1 due or pending, 2 broken now, 3 cannot tell.",
    examples: [["vcm check", "one line for monitoring, then each problem"]],
  },
  status: {
    summary: "show the status of each certificate",
    details: "Prints a table, the worst first: expiry, files, services and next renewal of each " +
      "certificate. Changes nothing. The exit status is that of check.",
    examples: [["vcm status", "one line per certificate"]],
  },
  plan: {
    summary: "show what run would do, and why",
    details: "Changes nothing. Exit status: 0, or 2 for a configuration error.",
    examples: [
      ["vcm plan", "the steps of the next run"],
      ["vcm plan --permissions", "also the permissions of the run"],
      ["vcm plan --json", "the plan as JSON"],
      ["vcm plan --detailed-exitcode", "for scripts: 0 no steps, 10 steps, 1 blocked"],
    ],
  },
  issue: {
    summary: "issue due certificates into the store",
    details: "Does not deploy them: the next run or deploy does.",
    examples: [["vcm issue --force web.internal.myorg.local", "issue a new certificate now"]],
  },
  deploy: {
    summary: "deploy certificates from the store to their targets",
    details:
      "Needs no server. Does not act on services: their actions stay pending until the next run " +
      "or restart.",
    examples: [["vcm deploy", "restore deleted or edited files"]],
  },
  restart: {
    summary: "run the pending actions of services",
    details: "Needs no server.",
    examples: [["vcm restart --force web.internal.myorg.local", "act on its services now"]],
  },
  init: {
    summary: "write a first configuration file, from a few questions",
    details:
      "Asks for the server, its CA, the login, the mount and the role, and tries them. Finds " +
      "the certificates that nginx, Apache and HAProxy use, and asks which of them to manage. If " +
      "names are given, the file has only these. Without a terminal, or with --yes, it asks " +
      "nothing. No existing file is changed. Runs doctor at the end, and has its exit status.",
    examples: [
      ["vcm init", "asks, and uses what it finds"],
      ["vcm init --yes --role internal-service", "for scripts, with VAULT_ADDR set"],
      ["vcm init --print web.internal.myorg.local", "print a file for one certificate"],
    ],
  },
  validate: {
    summary: "validate the configuration file",
    details: "Shows all errors at once. Exit status: 0, or 2 for an error.",
    examples: [
      ["vcm validate --config ./vcm.yaml", "before you roll it out"],
      ["vcm validate --config -", "a text on standard input, as for other commands"],
    ],
  },
  schema: {
    summary: "print the JSON Schema of the configuration file or of --json",
    details:
      'An editor with a YAML language server uses it to complete and check the file. Run "vcm ' +
      'schema > vcm.schema.json" and begin the file with the first line of vcm.yaml.example. Rules ' +
      'that span several keys are checked only by "vcm validate". With --output, the schema has ' +
      "a definition for each command.",
    examples: [
      ["vcm schema", "the schema of the configuration file"],
      ["vcm schema --output", "the schema of the JSON output"],
    ],
  },
  doctor: {
    summary: "find what would prevent certificates from being issued",
    details:
      "Checks this host: schedule, environment, directories, owners, programs, units and what " +
      "containers mount. Then the server: addresses, TLS, seal status, clock, login, policy and, if " +
      "the policy allows it, the roles. Names limit it to these certificates. Logs in, requests no " +
      "certificate, and changes nothing. Exit status: 0, or 1 for a problem.",
    examples: [["vcm doctor", "before the first run, or after a failure"]],
  },
  adopt: {
    summary: "take deployed files of another tool into the store",
    details:
      "Key and certificate come from the files of the targets, if they are what a run would issue. " +
      "Then the first run issues nothing and reloads nothing. The files stay as they are, and no " +
      'server is asked. "vcm plan" tells what can be adopted. Exit status: 0, or 1 if one was not ' +
      "adopted.",
    examples: [
      ["vcm adopt --dry-run", "what can be adopted"],
      ["vcm adopt", "before the first run"],
    ],
  },
  revoke: {
    summary: "revoke certificates, and move them out of the store",
    details:
      "Asks before each one. Moves the certificate set to the store's archive, so the next run " +
      "issues a new one. Deployed files stay until then. If it is interrupted, the next run " +
      "finishes it. Exit status: 0, or 1 if one was not revoked.",
    examples: [
      ["vcm revoke web.internal.myorg.local", "if its key has leaked"],
      ["vcm revoke --forget-key web.internal.myorg.local", "and no copy of it may stay here"],
    ],
  },
  rollback: {
    summary: "restore an archived set of a certificate, and deploy it",
    details:
      'Takes the name of a certificate and the time of a set, as in "vcm rollback NAME TIME". ' +
      "Without a time it lists the archived sets. Asks, then stores the set, deploys it and runs " +
      "the actions of services, as a run does; it asks no server. The set that was in the store is " +
      "archived. A set that expired or was revoked is refused. The exit status is that of deploy.",
    examples: [
      ["vcm rollback web.internal.myorg.local", "lists the archived sets"],
      ["vcm rollback web.internal.myorg.local 20260131T120000Z", "restore this one"],
    ],
  },
  prune: {
    summary: "archive sets in the store that the configuration does not name",
    details:
      'Moves each named set to the store\'s archive, after a question for each; "vcm status" lists ' +
      "them. Another configuration file that uses the same store may own them. Deployed files stay " +
      "as they are, nothing is revoked, and no server is asked. Exit status: 0, or 1 if one was " +
      "not archived.",
    examples: [
      ["vcm prune old.internal.myorg.local", "after you removed it from the file"],
      ["vcm prune --yes old.internal.myorg.local", "for scripts: does not ask"],
    ],
  },
  install: {
    summary: "install a systemd timer that runs vcm often enough",
    details:
      "Shows vcm.service and vcm.timer, asks, writes them and starts the timer. The service may " +
      "write only to the directories in the file: run this again if they change. Units that vcm " +
      "did not write are not overwritten. Without systemd it prints a line for cron. Exit status: " +
      "0, 1 for a failure, 2 for a configuration error or if it cannot ask.",
    examples: [
      ["vcm install", "after vcm run works by hand"],
      ["vcm install --yes", "for scripts: changes nothing if up to date"],
      ["vcm install --every 10m", "another interval than the certificates need"],
      ["vcm install --uninstall", "removes the units; keeps store and targets"],
    ],
  },
  demo: {
    summary: "show vcm at work in a temporary directory, with a demo server",
    details: "Needs no server, no root and no network. It leaves nothing behind.",
    examples: [
      ["vcm demo", "a tour of one minute"],
      ["vcm demo --keep", "and look at the files afterwards"],
    ],
  },
  completion: {
    summary: "print the completion script for a shell",
    details: "Install its output where the shell looks for it. Tab then completes commands, " +
      "options, files and the names of certificates.",
    examples: [
      ["vcm completion bash > /usr/share/bash-completion/completions/vcm", "for all users of bash"],
      ["vcm completion zsh > /usr/local/share/zsh/site-functions/_vcm", "for all users of zsh"],
      ["vcm completion fish > /etc/fish/completions/vcm.fish", "for all users of fish"],
    ],
  },
  man: {
    summary: "print the manual page",
    details: "The page is in roff format and contains the help of all commands.",
    examples: [
      ["vcm man | man -l -", "read it"],
      ["vcm man > /usr/local/share/man/man8/vcm.8", "install it"],
    ],
  },
  names: {
    summary: "list the certificate names in the file",
    details: "One per line, for completion and scripts. If the file cannot be read or has an " +
      'error, it prints nothing and exits with 0; run "vcm validate" to see why.',
    examples: [["vcm names", "names to pass to other commands"]],
  },
};

export const COMMANDS: readonly (Command & { readonly name: CommandName })[] = COMMAND_FORMS.map(
  (form) => ({ ...form, ...TEXTS[form.name] }),
);

/** The entry of a command in the table. */
export function commandNamed(name: CommandName): Command {
  const command = COMMANDS.find((command) => command.name === name);
  if (command === undefined) throw new Error(`No command "${name}"`);
  return command;
}

/** How a command is written: `vcm run [NAME...] [OPTIONS]`. */
export function usageOf({ name, takesNames, usage = "[NAME...]", words }: Command): string {
  const names = takesNames ? ` ${usage}` : "";
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

/** An option, for help, the manual page and completion. */
export interface OptionFacts {
  readonly name: OptionName;
  readonly short?: string;
  /** The placeholder of its value, `FILE`; absent if it takes none. */
  readonly value?: string;
  /** The possible values, if there are few. */
  readonly values?: readonly string[];
  readonly help: string;
}

/** The option's entry of the table. */
export function optionFacts(name: OptionName): OptionFacts {
  return { name, ...OPTIONS[name] };
}

/** All options, in the table's order. */
export function allOptions(): readonly OptionFacts[] {
  return (Object.keys(OPTIONS) as OptionName[]).map(optionFacts);
}
