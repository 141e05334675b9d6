/**
 * The command table: help, the manual page and completion are made from it. What a run has no need of
 * stands here, apart from the forms.
 */
import { COMMAND_FORMS, type CommandForm, type CommandName } from "./command_forms.ts";

export interface CommandTexts {
  readonly summary: string;
  /** What a person should know before running it, one paragraph. */
  readonly details: string;
  /** Command lines that work, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
}

export interface Command extends CommandForm, CommandTexts {}

const TEXTS: Readonly<Record<CommandName, CommandTexts>> = {
  run: {
    summary: "check, issue, deploy, restart: all that is due",
    details:
      "Compares what is on disk with what the file asks for and does what is missing. With " +
      "nothing due it changes nothing and sends no request. Without a command, vcm does this.",
    examples: [
      ["vcm run --quiet", "from cron: prints only what went wrong"],
      ["vcm run web.internal.myorg.local", "one certificate"],
      ["vcm run --wait 5m", "by hand, while another run may be under way"],
    ],
  },
  check: {
    summary: "look only; the exit status tells monitoring",
    details:
      "Needs no server, but a user who may read the store, as root may. Exit status: 0 fine, 1 due " +
      "or owed, 2 broken now, 3 cannot tell.",
    examples: [["vcm check", "one line for monitoring, then what is not in order"]],
  },
  status: {
    summary: "show at a glance how each certificate stands",
    details:
      "A table, the worst first: how long it lasts, its files, its services, its next renewal. " +
      "Looks and changes nothing. Exit status as that of check.",
    examples: [["vcm status", "what a person wants to see"]],
  },
  plan: {
    summary: "show what run would do, and why",
    details: "Looks and changes nothing. Exit status: 0, or 2 for a mistake in the file.",
    examples: [
      ["vcm plan", "what is to be done"],
      ["vcm plan --permissions", "and all that it would be allowed to touch"],
      ["vcm plan --json", "the same as data"],
      ["vcm plan --detailed-exitcode", "for scripts: 0 nothing to do, 10 something, 1 blocked"],
    ],
  },
  issue: {
    summary: "issue certificates that are due into the store",
    details: "Deploys nothing: the next run or deploy does.",
    examples: [["vcm issue --force web.internal.myorg.local", "a new certificate now"]],
  },
  deploy: {
    summary: "put the store's files where services want them",
    details:
      "Needs no server. Services are not touched: what they owe is remembered for the next " +
      "run or restart.",
    examples: [["vcm deploy", "mend what was deleted or edited"]],
  },
  restart: {
    summary: "let services load files that they have not loaded yet",
    details: "Needs no server.",
    examples: [["vcm restart --force web.internal.myorg.local", "reload its services now"]],
  },
  init: {
    summary: "write a first configuration, from a few questions",
    details: "Looks at nginx, Apache and HAProxy for the certificates that they use, and asks " +
      "which of them to keep; names take those alone, found or not. Without a terminal, or with " +
      "--yes, nothing is asked. A file that is there is left as it is.",
    examples: [
      ["vcm init", "asks, and takes what it finds"],
      ["vcm init --yes --role internal-service", "for scripts, with VAULT_ADDR"],
      ["vcm init --print web.internal.myorg.local", "one certificate, only shown"],
    ],
  },
  validate: {
    summary: "look at the file alone",
    details: "Shows every mistake at once. Exit status: 0, or 2 for a mistake.",
    examples: [["vcm validate --config ./vcm.yaml", "before it is rolled out"]],
  },
  schema: {
    summary: "print the JSON Schema of the file, or of what --json prints",
    details:
      "An editor with a YAML language server completes and checks a file whose first line is " +
      'that of vcm.yaml.example, beside "vcm schema > vcm.schema.json". What VCM takes, the ' +
      "schema takes; mistakes that hang on several keys are left to validate. The schema of " +
      "--output has a definition for each command.",
    examples: [
      ["vcm schema", "as JSON on standard output"],
      ["vcm schema --output", "of what --json prints, for programs that read it"],
    ],
  },
  doctor: {
    summary: "tell what would keep a certificate from being issued",
    details:
      "Looks at addresses, TLS, seal, clock, login, policy and, where the policy lets it, the " +
      "roles. Logs in, asks for no certificate, and changes nothing. Exit status: 0, or 1 for a " +
      "problem.",
    examples: [["vcm doctor", "before the first run, and when one fails"]],
  },
  revoke: {
    summary: "revoke certificates, and move them out of the store",
    details:
      "Asks before each one. The set goes to the store's archive, so that the next run sees it as " +
      "missing and issues a new one. Deployed files stay until then. Exit status: 0, or 1 where " +
      "one was not revoked.",
    examples: [["vcm revoke web.internal.myorg.local", "its key has leaked"]],
  },
  install: {
    summary: "let systemd run it every hour",
    details:
      "Writes vcm.service and vcm.timer for this file, and starts the timer; shows all before, and " +
      "asks. The service may write where the file says: run it again when the file names other " +
      "directories. Units that it did not write are not overwritten. Without systemd it prints a line for cron. Exit status: 0, 1 where something " +
      "failed, 2 for a mistake in the file or where it cannot ask.",
    examples: [
      ["vcm install", "once vcm run works by hand"],
      ["vcm install --yes", "from a script: does nothing where all is in order"],
      ["vcm install --uninstall", "takes the units back; store and targets stay"],
    ],
  },
  demo: {
    summary: "the main job in a temporary directory, on a practice Vault",
    details:
      "Needs no server, no root and no network, and leaves nothing but the directory it names.",
    examples: [["vcm demo", "a tour of one minute"]],
  },
  completion: {
    summary: "print what completes vcm's command lines in a shell",
    details: "Once its output is where the shell looks for it, Tab completes commands, options, " +
      "files, and the names of certificates, which it asks vcm for.",
    examples: [
      ["vcm completion bash > /usr/share/bash-completion/completions/vcm", "all users of bash"],
      ["vcm completion zsh > /usr/local/share/zsh/site-functions/_vcm", "all users of zsh"],
      ["vcm completion fish > /etc/fish/completions/vcm.fish", "all users of fish"],
    ],
  },
  man: {
    summary: "print the manual page, for man or to be installed",
    details: "It is in roff, and has what the help of all commands has.",
    examples: [
      ["vcm man | man -l -", "read it"],
      ["vcm man > /usr/local/share/man/man8/vcm.8", "install it"],
    ],
  },
  names: {
    summary: "list the names of the certificates in the file",
    details: "One a line, for completion and scripts. Prints nothing, and ends with 0, where the " +
      "file cannot be read or has a mistake: validate tells.",
    examples: [["vcm names", "what the other commands can be narrowed to"]],
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
