/** What completion and the manual page need to know about command lines, from the command table. */
import { allOptions, type Command } from "../../command/commands.ts";
import type { OptionName } from "../../command/command_forms.ts";

/** Options with a value that may be the next word, such as `--config`. */
export function longOptionsWithValue(): readonly string[] {
  return allOptions().filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`);
}

/** Options with a file as their value, without dashes. */
export function optionsWithFile(): readonly string[] {
  return allOptions().filter(({ value }) => value === "FILE").map(({ name }) => name);
}

/** Options with a closed list of values. */
export function optionsWithWords(): readonly { readonly name: string; readonly words: string }[] {
  return allOptions().flatMap(({ name, values }) =>
    values === undefined ? [] : [{ name: `--${name}`, words: values.join(" ") }]
  );
}

/** Matches `-c`, `-qc` and `-cFILE`, with `FILE` as its group: short options can be combined. */
export function shortConfigPattern(): string {
  const letters = allOptions().flatMap(({ short, value }) =>
    value === undefined ? short ?? [] : []
  );
  const config = allOptions().find(({ name }) => name === "config");
  return `^-[${letters.join("")}]*${config?.short}(.*)$`;
}

/** Names of the commands that take an option. */
export function commandsWithOption(
  commands: readonly Command[],
  option: OptionName,
): readonly string[] {
  return commands.filter(({ options }) => options.includes(option)).map(({ name }) => name);
}

/** Commands that take names of certificates in the file. */
export function commandsWithNames(commands: readonly Command[]): readonly string[] {
  return commands.filter(({ takesNames, namesSets }) => takesNames && !namesSets)
    .map(({ name }) => name);
}

/** Commands that take one word of a list. */
export function commandsWithWords(
  commands: readonly Command[],
): readonly { readonly name: string; readonly words: readonly string[] }[] {
  return commands.flatMap(({ name, words }) => words === undefined ? [] : [{ name, words }]);
}
