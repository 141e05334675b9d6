/** `vcm man`: the manual page, from the command table. */
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
import type { Host } from "../../command/host.ts";
import { VERSION } from "../../command/version.ts";
import { EXIT_CHANGED, EXIT_OK } from "../../report/verdict.ts";
import { FILES, VARIABLES } from "./man_places.ts";

/** Prints the page. */
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
    escapeRoff("vcm - keep this host's TLS certificates right"),
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
    ...FILES.flatMap(([path, what]) => tagged(path, what)),
    ".SH ENVIRONMENT",
    ...VARIABLES.flatMap(([names, what]) => tagged(names, what)),
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
  const takers = commands.filter(({ options }) => options.includes(name)).map(({ name }) => name);
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
