import assert from "node:assert/strict";
import { type Command, COMMANDS } from "../../../lib/command/commands.ts";
import { commandHelp, generalHelp } from "../../../lib/cli/help.ts";
import { OPTIONS } from "../../../lib/command/command_forms.ts";
import { parseArguments } from "../../../lib/command/parse_arguments.ts";
import { pureTest } from "../../support/pure_test.ts";

const commands: readonly Command[] = COMMANDS;

/** The arguments of an example, which holds no quotes, without where its output goes. */
function argumentsOf(example: string): string[] {
  const [program, ...args] = (example.split(/ [|>] /)[0] ?? "").split(" ");
  assert.equal(program, "vcm");
  return args;
}

pureTest("the general help has each command with its summary and its first example", () => {
  const lines = generalHelp().split("\n");
  for (const { name, summary, examples } of commands) {
    assert.ok(lines.includes(`  ${name.padEnd(12)}${summary}`), name);
    const [example, does] = examples[0] ?? [];
    assert.ok(lines.includes(`  ${example?.padEnd(47)} # ${does}`), example);
  }
});

pureTest("a command's help has its summary, usage, examples and each option", () => {
  for (const command of commands) {
    const text = commandHelp(command);
    const lines = text.split("\n");
    assert.equal(lines[0], `vcm ${command.name}: ${command.summary}`);
    const names = command.takesNames ? ` ${command.usage ?? "[NAME...]"}` : "";
    const word = command.words === undefined ? "" : ` ${command.words.join("|")}`;
    assert.ok(lines.includes(`Usage: vcm ${command.name}${names}${word} [OPTIONS]`));
    for (const [example, does] of command.examples) {
      assert.ok(lines.includes(`  ${example.padEnd(47)} # ${does}`), example);
    }
    for (const option of command.options) {
      const line = lines.slice(lines.indexOf("Options:")).find((line) =>
        line.includes(` --${option} `)
      );
      assert.ok(line?.endsWith(`  ${OPTIONS[option].help}`), `${command.name} --${option}`);
    }
    const words = text.replaceAll("\n", " ");
    assert.ok(words.includes(command.details), `${command.name}: ${command.details}`);
  }
});

pureTest("the help of a command has only options that the command accepts", () => {
  for (const command of commands) {
    const options = commandHelp(command).split("Options:\n")[1] ?? "";
    const shown = [...options.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(shown, command.options);
  }
});

pureTest("each example is a command line that works", () => {
  for (const { name, examples } of commands) {
    assert.ok(examples.length > 0, name);
    for (const [example] of examples) {
      assert.equal(parseArguments(argumentsOf(example)).command, name, example);
    }
  }
});

pureTest("each option belongs to some command, and each short one to one option", () => {
  const taken = new Set(commands.flatMap(({ options }) => options));
  assert.deepEqual([...taken].sort(), Object.keys(OPTIONS).sort());
  const shorts = Object.values(OPTIONS).flatMap((option) => "short" in option ? option.short : []);
  assert.equal(new Set(shorts).size, shorts.length);
});

pureTest("help fits a terminal of 120 columns and ends with one newline", () => {
  for (const text of [generalHelp(), ...commands.map(commandHelp)]) {
    assert.match(text, /[^\n]\n$/);
    for (const line of text.split("\n")) assert.ok(line.length <= 120, line);
  }
});

pureTest("the general help says with what the commands end", () => {
  assert.ok(
    generalHelp().endsWith(
      `Exit status of run, issue, deploy, restart: 0 everything is as configured, 1 something
failed, 2 usage or configuration error, 75 another run holds the lock. Of check, status: 0
fine, 1 due or pending, 2 broken now, 3 cannot tell.
`,
    ),
  );
});
