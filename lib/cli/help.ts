/** Help, made from the command table. */
import {
  type Command,
  commandNamed,
  COMMANDS,
  EXIT_STATUSES,
  type ExitStatuses,
  optionFacts,
  PURPOSE,
  USAGE,
  usageOf,
} from "../command/commands.ts";
import type { HelpDocument } from "../report/documents/tools.ts";
import { type OptionName, WITH_FILE } from "../command/command_forms.ts";
import type { Arguments } from "../command/parse_arguments.ts";
import { helpJson } from "../report/json.ts";

const WIDTH = 90;

/** The help of the given command, otherwise of all commands. */
export function helpText({ command, named, json }: Arguments): string {
  const asked = named ? [commandNamed(command)] : COMMANDS;
  if (json) return helpJson(helpData(asked));
  return named ? commandHelp(commandNamed(command)) : generalHelp();
}

/** `vcm --help` */
export function generalHelp(): string {
  const commands = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`);
  const examples = COMMANDS.flatMap(({ examples }) => examples.slice(0, 1).map(exampleLine));
  return [
    ...wrap(PURPOSE),
    "",
    `Usage: ${USAGE}`,
    "",
    "Commands (default: run):",
    ...commands,
    "",
    "Examples:",
    ...examples,
    "",
    "Options of most commands:",
    ...WITH_FILE.map(optionLine),
    "",
    'NAME limits a command to these certificates. Run "vcm COMMAND --help" for more.',
    ...wrap(EXIT_STATUSES.map(statusSentence).join(" ")),
    "",
  ].join("\n");
}

/** `vcm COMMAND --help` */
export function commandHelp(command: Command): string {
  return [
    `vcm ${command.name}: ${command.summary}`,
    "",
    ...wrap(command.details),
    "",
    `Usage: ${usageOf(command)}`,
    "",
    "Examples:",
    ...command.examples.map(exampleLine),
    "",
    "Options:",
    ...command.options.map(optionLine),
    "",
  ].join("\n");
}

function exampleLine([line, does]: readonly [string, string]): string {
  return `  ${line.padEnd(47)} # ${does}`;
}

function optionLine(name: OptionName): string {
  const { short, value, help } = optionFacts(name);
  const letter = short === undefined ? "    " : `-${short}, `;
  const words = value === undefined ? `--${name}` : `--${name} ${value}`;
  const begin = `${letter}${words}  `;
  return `  ${begin.padEnd(25)}${help}`;
}

function statusSentence({ commands, meanings }: ExitStatuses, index: number): string {
  const subject = index === 0 ? "Exit status of" : "Of";
  const list = meanings.map(([status, meaning]) => `${status} ${meaning}`).join(", ");
  return `${subject} ${commands.join(", ")}: ${list}.`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The command table as data. */
export function helpData(commands: readonly Command[]): HelpDocument["commands"] {
  return commands.map(({ name, summary, details, takesNames, words, options, examples }) => ({
    name,
    summary,
    details,
    takesNames,
    ...(words && { words }),
    options: options.map((option) => {
      const { short, value, help } = optionFacts(option);
      return { name: option, ...(short && { short }), ...(value && { value }), help };
    }),
    examples: examples.map(([line, does]) => ({ line, does })),
  }));
}
