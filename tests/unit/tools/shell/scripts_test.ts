/** The texts of the three scripts; tests/e2e/completion_test.ts loads them in the shells. */
import assert from "node:assert/strict";
import { type Command, COMMANDS } from "../../../../lib/command/commands.ts";
import { bashCompletion } from "../../../../lib/tools/shell/bash.ts";
import { fishCompletion } from "../../../../lib/tools/shell/fish.ts";
import { zshCompletion } from "../../../../lib/tools/shell/zsh.ts";
import { longOptionsWithValue, optionsWithFile } from "../../../../lib/tools/shell/grammar.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** A command whose texts have what each shell would take for something else. */
const ODD: Command = {
  name: "odd",
  summary: "it's [a] \\ test: $HOME",
  details: "",
  takesNames: true,
  words: ["one", "two"],
  options: ["wait", "yes"],
  examples: [],
};

function assertHas(script: string, ...texts: readonly string[]): void {
  for (const text of texts) assert.ok(script.includes(text), `"${text}" is not in:\n${script}`);
}

pureTest("the script for bash offers commands, options, words and names", () => {
  assertHas(
    bashCompletion([ODD]),
    '    "") __vcm_offer odd ;;\n',
    "      odd) __vcm_offer --wait --yes ;;\n",
    "    odd) ((${#given[@]})) || __vcm_offer one two ;;\n",
    "    odd) __vcm_offer_names ;;\n",
    `        ${longOptionsWithValue().join(" | ")}) option=$word ;;\n`,
    `$value_of == --@(${optionsWithFile().join("|")}) `,
    "\ncomplete -F _vcm vcm\n",
  );
});

pureTest("the script for zsh quotes what it describes", () => {
  assertHas(
    zshCompletion([ODD]),
    "    'odd:it'\\''s [a] \\ test: $HOME'\n",
    "    odd) specs=($option_wait $option_yes) ;;\n",
    "    odd) specs+=('2: :(one two)') ;;\n",
    "    odd) specs+=('*: :_vcm_names') ;;\n",
    "  option_yes=('(-y --yes)'{-y,--yes}'[do not ask for confirmation]')\n",
    "{-c+,--config=}'[configuration file (default\\: $VCM_CONFIG,",
    ":FILE:_files')\n",
  );
  assert.ok(zshCompletion([ODD]).startsWith("#compdef vcm\n"));
});

pureTest(
  "the script for fish quotes what it describes, and asks for whose options they are",
  () => {
    assertHas(
      fishCompletion([ODD]),
      "complete -c vcm -n __vcm_without_command -a odd -d 'it\\'s [a] \\\\ test: $HOME'\n",
      "complete -c vcm -n '__vcm_begins odd' -a 'one two'\n",
      "complete -c vcm -n '__vcm_does odd' -a '(__vcm_names)' -d certificate\n",
      "complete -c vcm -n '__vcm_takes_options odd' -l yes -s y -d 'do not ask for confirmation'\n",
      "complete -c vcm -n '__vcm_takes_options odd' -l wait -x -d ",
    );
    assert.ok(!fishCompletion([ODD]).includes("-l force"));
  },
);

pureTest("no script makes the shell evaluate a text again", () => {
  for (const script of [bashCompletion, zshCompletion, fishCompletion]) {
    const code = script(COMMANDS).split("\n").filter((line) => !line.startsWith("#")).join("\n");
    assert.doesNotMatch(code, /\beval\b|compgen -W|\bsource\b|GLOB_SUBST|\$\{\(e/);
    // What is asked is the program in PATH, with its errors kept off the line that is typed.
    assert.match(code, /command vcm \S+ 2>\/dev\/null <\/dev\/null/);
  }
});

pureTest("an option with one of few values is completed with these", () => {
  assert.ok(bashCompletion(COMMANDS).includes("      --log-format) __vcm_offer text json ;;\n"));
  assert.match(zshCompletion(COMMANDS), /--log-format=\S.*:FORMAT:\(text json\)'/);
  assert.match(fishCompletion(COMMANDS), / -l log-format -x -a 'text json' -d /);
});
