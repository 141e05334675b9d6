/** The commands, and the names, words and options that each takes. */
import { BARE, COMMON, type OptionName, WITH_FILE } from "./options.ts";

export interface CommandForm {
  readonly name: string;
  readonly takesNames: boolean;
  /** The words of which it takes exactly one. */
  readonly words?: readonly string[];
  readonly options: readonly OptionName[];
}

export const COMMAND_FORMS = [
  {
    name: "run",
    takesNames: true,
    options: ["dry-run", "wait", "detailed-exitcode", "log-format", ...WITH_FILE],
  },
  { name: "check", takesNames: true, options: ["all", ...WITH_FILE] },
  { name: "status", takesNames: true, options: ["ascii", ...WITH_FILE] },
  {
    name: "plan",
    takesNames: true,
    options: ["all", "permissions", "detailed-exitcode", ...WITH_FILE],
  },
  { name: "issue", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  { name: "deploy", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  { name: "restart", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  {
    name: "init",
    takesNames: true,
    options: ["vault", "pki", "role", "print", "yes", ...WITH_FILE],
  },
  { name: "validate", takesNames: false, options: WITH_FILE },
  { name: "schema", takesNames: false, options: ["output", "json", "no-color", "help", "version"] },
  { name: "doctor", takesNames: true, options: WITH_FILE },
  { name: "revoke", takesNames: true, options: ["forget-key", "yes", "wait", ...WITH_FILE] },
  { name: "install", takesNames: false, options: ["uninstall", "dry-run", "yes", ...WITH_FILE] },
  { name: "demo", takesNames: false, options: COMMON },
  { name: "completion", takesNames: false, words: ["bash", "zsh", "fish"], options: BARE },
  { name: "man", takesNames: false, options: BARE },
  { name: "names", takesNames: false, options: ["config", ...BARE] },
] as const satisfies readonly CommandForm[];

export type CommandName = typeof COMMAND_FORMS[number]["name"];

/** The form of a command. */
export function formOf(name: CommandName): CommandForm {
  const form = COMMAND_FORMS.find((form) => form.name === name);
  if (form === undefined) throw new Error(`No command "${name}"`);
  return form;
}
