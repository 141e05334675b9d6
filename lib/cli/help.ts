/** Help, made from the command table; command lines that work come first. */
import { type Command, COMMANDS, OPTIONS, WITH_FILE } from "./commands.ts";

/** `vcm --help` */
export function generalHelp(): string {
  const commands = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  const examples = COMMANDS.flatMap(({ examples }) => examples.slice(0, 1).map(exampleLine));
  return [
    "vcm keeps this host's TLS certificates right: it issues the due ones from Vault or OpenBao,",
    "deploys them, and reloads the services that have not loaded them yet.",
    "",
    "Usage: vcm [COMMAND] [NAME...] [OPTIONS]",
    "",
    "Commands (without one: run):",
    ...commands,
    "",
    "Examples:",
    ...examples,
    "",
    "Options of all commands:",
    ...WITH_FILE.map(optionLine),
    "",
    'Names narrow a command to those certificates. "vcm COMMAND --help" tells more.',
    "Exit status of run, issue, deploy, restart: 0 all is as the file asks, 1 something failed,",
    "2 usage or configuration, 75 another run holds the lock. Of check: 0 fine, 1 due or owed,",
    "2 broken now, 3 cannot tell.",
    "",
  ].join("\n");
}

/** `vcm COMMAND --help` */
export function commandHelp(command: Command): string {
  const names = command.takesNames ? " [NAME...]" : "";
  return [
    `vcm ${command.name}: ${command.summary}`,
    "",
    ...wrap(command.details, 90),
    "",
    `Usage: vcm ${command.name}${names} [OPTIONS]`,
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
  return `  ${line.padEnd(48)}# ${does}`;
}

function optionLine(name: Command["options"][number]): string {
  const option: { short?: string; value?: string; help: string } = OPTIONS[name];
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return `  ${`${short}--${name}${value}`.padEnd(25)}${option.help}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
