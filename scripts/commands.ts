/** Makes docs/commands.md, the reference of all commands and options, from the command table. */
import { allOptions, type Command, COMMANDS, PURPOSE, usageOf } from "../lib/command/commands.ts";
import { formatMarkdown } from "./format_markdown.ts";

const HEAD = `\
# Commands

${PURPOSE} \`deno task keys\` makes this document from the command table; \`vcm run --help\` and
\`vcm man\` print the same.

Names after a command limit it to these certificates. \`vcm\` alone is \`vcm run\`.
[exit-statuses.md](exit-statuses.md) says how each command ends.
`;

/** The text of the document. Needs to run Deno. */
export function commandsDocument(): Promise<string> {
  const rows = COMMANDS.map(({ name, summary }) =>
    `| [\`vcm ${name}\`](#vcm-${name}) | ${summary} |`
  );
  const options = allOptions().map(({ name, short, value, help }) => {
    const written = `--${name}${value === undefined ? "" : ` ${value}`}`;
    const takers = COMMANDS.filter(({ options }) => options.includes(name));
    const all = takers.length === COMMANDS.length;
    const where = all ? "all" : takers.map(({ name }) => `\`${name}\``).join(", ");
    return `| \`${short === undefined ? "" : `-${short}, `}${written}\` | ${help} | ${where} |`;
  });
  return formatMarkdown(
    [
      HEAD,
      "| command | does |",
      "| --- | --- |",
      ...rows,
      "",
      ...COMMANDS.map(section),
      "## Options",
      "",
      "| option | does | commands |",
      "| --- | --- | --- |",
      ...options,
      "",
    ].join("\n"),
  );
}

function section(command: Command): string {
  const { name, details, examples } = command;
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `${line.padEnd(width)} # ${what}`);
  return [
    `## \`vcm ${name}\``,
    "",
    `\`${usageOf(command)}\``,
    "",
    details,
    "",
    "```sh",
    ...lines,
    "```",
    "",
  ].join("\n");
}
