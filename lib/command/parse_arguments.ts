/** Reads the command line. */
import { parseArgs } from "node:util";
import { parseDuration } from "../text/duration.ts";
import { didYouMean, nearest } from "../text/suggest.ts";
import {
  COMMAND_FORMS,
  type CommandForm,
  type CommandName,
  type OptionName,
  OPTIONS,
} from "./command_forms.ts";

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The command whose help to suggest. */
  readonly command: CommandName | undefined;

  constructor(message: string, command?: CommandName) {
    super(message);
    this.command = command;
  }
}

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** Whether each option without a value is given: `dryRun` for `--dry-run`. */
type Flags = {
  readonly [
    Name in OptionName as (typeof OPTIONS)[Name]["type"] extends "boolean" ? CamelCase<Name> : never
  ]: boolean;
};

/** The values of the other options: `roleId` for `--role-id`. */
type Texts = {
  readonly [
    Name in OptionName as (typeof OPTIONS)[Name]["type"] extends "string"
      ? Exclude<CamelCase<Name>, "wait" | "logFormat">
      : never
  ]?: string | undefined;
};

export interface Arguments extends Flags, Texts {
  readonly command: CommandName;
  /** Whether a command was given; otherwise it is the default. */
  readonly named: boolean;
  readonly names: readonly string[];
  /** Seconds. */
  readonly wait?: number | undefined;
  readonly logFormat?: "text" | "json" | undefined;
}

/** Throws UsageError. */
export function parseArguments(args: readonly string[]): Arguments {
  // Not strict, because its errors have no "did you mean".
  const parsed = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const [first, ...rest] = parsed.positionals;
  const asksHelp = first === "help";
  const word = asksHelp ? rest[0] : first;
  const form = formOf(word);
  const command = form.name;
  const given = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== "option") continue;
    requireOption(form, token);
    if (token.value !== undefined && given.has(token.name)) {
      throw new UsageError(`Option "--${token.name}" is given twice; pass it once`, command);
    }
    given.add(token.name);
  }
  const names = asksHelp ? [] : rest;
  if (names.length > 0 && !form.takesNames && form.words === undefined) {
    throw new UsageError(`"vcm ${command}" takes no names; got "${names[0]}"`, command);
  }
  const { values } = parsed;
  const text = (name: OptionName) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const flags = flagsOf(values);
  return {
    command,
    named: word !== undefined,
    names,
    ...textsOf(values),
    wait: readWait(text("wait"), command),
    logFormat: readLogFormat(text("log-format"), command),
    ...flags,
    help: flags.help || asksHelp,
  };
}

function flagsOf(values: Readonly<Record<string, unknown>>): Flags {
  return named("boolean", (name) => values[name] === true) as Flags;
}

function textsOf(values: Readonly<Record<string, unknown>>): Texts {
  return named("string", (name) => typeof values[name] === "string" ? values[name] : undefined);
}

/** The values of the options of a type, by their fields: `dryRun` for `--dry-run`. */
function named<T>(type: "boolean" | "string", valueOf: (option: string) => T): Record<string, T> {
  const names = Object.entries(OPTIONS).filter(([, option]) => option.type === type);
  const values = names.map(([name]) =>
    [
      name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      valueOf(name),
    ] as const
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function readWait(text: string | undefined, command: CommandName): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  // Whether a bare number is of seconds or minutes is not to be seen.
  const isBare = /^\d+$/.test(text);
  if (seconds !== undefined && !isBare) return seconds;
  const example = isBare && seconds !== undefined ? `"${text}s" or "${text}m"` : '"30s" or "5m"';
  throw new UsageError(
    `Option "--wait" takes a duration with a unit, such as ${example}; got "${text}"`,
    command,
  );
}

function readLogFormat(text: string | undefined, command: CommandName): Arguments["logFormat"] {
  if (text === undefined || text === "text" || text === "json") return text;
  throw new UsageError(`Option "--log-format" takes "text" or "json"; got "${text}"`, command);
}

/** Commands of certbot, acme.sh, terraform and others, and those that do the same here. */
const FOREIGN_COMMANDS: ReadonlyMap<string, CommandName> = new Map([
  ...["renew", "apply", "update", "sync"].map((word) => [word, "run"] as const),
  ...["list", "ls", "show", "certificates"].map((word) => [word, "status"] as const),
  ...["request", "obtain", "certonly"].map((word) => [word, "issue"] as const),
  ...["lint", "test"].map((word) => [word, "validate"] as const),
  ["diff", "plan"],
  ["reload", "restart"],
]);

type NamedForm = CommandForm & { readonly name: CommandName };

/** The form of a command, by default of "run". Throws UsageError if there is no such command. */
function formOf(word = "run"): NamedForm {
  const form = COMMAND_FORMS.find(({ name }) => name === word);
  if (form !== undefined) return form;
  if (/^(?:un|de|dis)/i.test(word) && nearest(word, ["uninstall"]) !== undefined) {
    throw new UsageError(
      `Unknown command "${word}"; to remove the systemd units, run "vcm install --uninstall"`,
      "install",
    );
  }
  const names = COMMAND_FORMS.map(({ name }) => name);
  const meant = nearest(word, [...names, ...FOREIGN_COMMANDS.keys()]);
  const guess = meant === undefined ? undefined : FOREIGN_COMMANDS.get(meant) ?? meant;
  throw new UsageError(
    guess !== undefined
      ? `Unknown command "${word}"; did you mean "${guess}"?`
      : word.includes(".")
      ? `Unknown command "${word}"; for one certificate: "vcm run ${word}"`
      : `Unknown command "${word}"; commands are ${names.join(", ")}`,
  );
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function requireOption({ name, options }: NamedForm, token: OptionToken): void {
  const known = options.find((option) => option === token.name);
  if (known === undefined && token.name === "force") {
    throw new UsageError(
      `"vcm ${name}" does only what is due; use --force with issue, deploy or restart`,
      name,
    );
  }
  if (known === undefined) {
    const allowed = options.map((option) => `--${option}`);
    throw new UsageError(
      `Unknown option "${token.rawName}" of "vcm ${name}"; ${didYouMean(token.rawName, allowed)}`,
      name,
    );
  }
  const takesValue = OPTIONS[known].type === "string";
  // `--config $UNSET --quiet` must not use "--quiet" as the file.
  if (takesValue && (!token.value || (!token.inlineValue && /^-./.test(token.value)))) {
    throw new UsageError(`Option "${token.rawName}" needs a value`, name);
  }
  if (!takesValue && token.value !== undefined) {
    throw new UsageError(`Option "${token.rawName}" takes no value; got "${token.value}"`, name);
  }
}
