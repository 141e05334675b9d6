/**
 * `vcm man`: the manual page, from the command table. A test compares its files and variables with
 * the sources.
 */
import {
  allOptions,
  type Command,
  COMMANDS,
  EXIT_STATUSES,
  type ExitStatuses,
  type OptionFacts,
  PURPOSE,
  USAGE,
  usageOf,
} from "../../command/commands.ts";
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import { LOCAL_FILE, SYSTEM_FILE } from "../../config/load.ts";
import type { Host } from "../../command/host.ts";
import { VERSION } from "../../text/version.ts";
import { EXIT_CHANGED, EXIT_OK } from "../../report/exit_status.ts";
import { commandsWithOption } from "./grammar.ts";

/** Paths and their descriptions. */
export const FILES: readonly (readonly [path: string, text: string])[] = [
  [SYSTEM_FILE, "The configuration. --config or VCM_CONFIG names another one."],
  [LOCAL_FILE, `The configuration of users other than root, if there is no ${SYSTEM_FILE}.`],
  [
    DEFAULT_CERT_STORE,
    "The store, with a directory for each certificate, unless the configuration names another one.",
  ],
  [`${DEFAULT_CERT_STORE}/archive`, "Revoked and earlier sets."],
  [`${DEFAULT_CERT_STORE}/.lock`, "The lock, which one run at a time holds."],
  ["/etc/vcm/environment", "Variables for the unit and for cron, such as credentials."],
  ["/etc/systemd/system/vcm.service", "The unit that install writes, with vcm.timer beside it."],
  ["~/.vault-token", "A token, used if no other login method is configured."],
];

/** Variables with the prefix VAULT_. Each can also have the prefix BAO_, which takes precedence. */
export const VAULT_VARIABLES = [
  "ADDR",
  "NAMESPACE",
  "TOKEN",
  "ROLE_ID",
  "SECRET_ID",
  "WRAPPED_SECRET_ID",
  "CACERT",
  "CAPATH",
  "SKIP_VERIFY",
  "TLS_SERVER_NAME",
  "CLIENT_CERT",
  "CLIENT_KEY",
  "CLIENT_TIMEOUT",
  "MAX_RETRIES",
  "PROXY_ADDR",
  "HTTP_PROXY",
] as const;

/** Variables of the environment and their descriptions. */
export const VARIABLES: readonly (readonly [names: string, text: string])[] = [
  ["VCM_CONFIG", "The configuration, unless --config names it."],
  ["VCM_*", "Others that the configuration uses, such as ${VCM_SITE}."],
  [
    VAULT_VARIABLES.map((name) => `VAULT_${name}`).join(", "),
    "As for the vault command. They override the configuration. Each can also begin with BAO_, " +
    "which takes precedence.",
  ],
  ["CREDENTIALS_DIRECTORY", "The directory in which systemd puts the credentials of a unit."],
  ["SSL_CERT_FILE, SSL_CERT_DIR", "The host's CA certificates, if they are not in a usual place."],
  ["HTTP_PROXY, HTTPS_PROXY, ALL_PROXY", "The proxy to the server; also in lower case."],
  ["HOME", "The directory of .vault-token."],
  ["NO_COLOR", "If not empty, print no colors."],
  ["LC_ALL, LC_CTYPE, LANG", "If they name UTF-8, tables are drawn with characters beyond ASCII."],
  [
    "SSLKEYLOGFILE",
    "The runtime writes TLS secrets to this file. While it is set, VCM contacts no server.",
  ],
  [
    "JOURNAL_STREAM",
    "Set by systemd if standard error is its journal; log lines then carry their level.",
  ],
];

export function man(host: Host): number {
  host.out(manPage(COMMANDS));
  return EXIT_OK;
}

/** The page in roff for section 8, system administration. */
export function manPage(commands: readonly Command[]): string {
  return [
    // No date: it would be the day of printing.
    macro("TH", "VCM", "8", "", `vcm ${VERSION}`, "System Administration"),
    // No hyphenation and no justification, so that commands can be copied.
    ".nh",
    ".ad l",
    ".SH NAME",
    escapeRoff("vcm - keep this host's TLS certificates current"),
    ".SH SYNOPSIS",
    macro("B", USAGE),
    ".SH DESCRIPTION",
    escapeRoff(PURPOSE),
    ".PP",
    escapeRoff(
      "The default command is run. Names limit a command to those certificates. After --, " +
        "every word is a name, even if it begins with a dash.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH OPTIONS",
    ...allOptions().flatMap((option) => optionLines(option, commands)),
    ".SH EXIT STATUS",
    ...EXIT_STATUSES.flatMap(statusLines),
    ".PP",
    escapeRoff(
      `The other commands describe theirs above. With --detailed-exitcode, ${EXIT_CHANGED} ` +
        `instead of ${EXIT_OK} means that something was or would be changed.`,
    ),
    ".SH FILES",
    ...FILES.flatMap(([path, text]) => tagged(path, text)),
    ".SH ENVIRONMENT",
    ...VARIABLES.flatMap(([names, text]) => tagged(names, text)),
    ".SH EXAMPLES",
    ...commands.flatMap(({ examples }) => examples.flatMap(exampleLines)),
    ".SH SEE ALSO",
    ".BR crontab (5),",
    ".BR systemctl (1),",
    ".BR systemd.timer (5)",
    "",
  ].join("\n");
}

function commandLines(command: Command): string[] {
  const { summary, details, options } = command;
  return [
    ...tagged(usageOf(command), `${asSentence(summary)} ${details}`),
    ".IP",
    escapeRoff(`Options: ${options.map((name) => `--${name}`).join(", ")}.`),
  ];
}

function optionLines({ name, short, value, help }: OptionFacts, commands: readonly Command[]) {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  const takers = commandsWithOption(commands, name);
  const whose = takers.length === commands.length ? "" : ` Taken by: ${takers.join(", ")}.`;
  return tagged(short === undefined ? long : `-${short}, ${long}`, `${asSentence(help)}${whose}`);
}

function statusLines({ commands, meanings }: ExitStatuses): string[] {
  return [
    ".SS",
    escapeRoff(`Of ${commands.join(", ")}`),
    ...meanings.flatMap(([status, meaning]) => tagged(String(status), asSentence(meaning))),
  ];
}

function exampleLines([line, does]: readonly [string, string]): string[] {
  return tagged(line, asSentence(does));
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Characters that roff interprets, or that a terminal would show as typographic ones. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Escapes a text for any place in a line and for an argument of a macro. */
export function escapeRoff(text: string): string {
  const escaped = text.replace(/[\\'"`^~-]/g, (character) => SPECIAL[character] ?? character);
  // A line that begins with a dot would be a request.
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}

/** A macro call. Each argument is text. */
export function macro(name: string, ...args: readonly string[]): string {
  return [`.${name}`, ...args.map((arg) => `"${escapeRoff(arg)}"`)].join(" ");
}

/** A paragraph indented below a bold first line, such as an option or a file. */
export function tagged(tag: string, text: string): string[] {
  return [".TP", macro("B", tag), escapeRoff(text)];
}
