import { allOptions, type Command, type OptionFacts } from "../../command/commands.ts";
import {
  commandsWithNames,
  commandsWithOption,
  commandsWithWords,
  longOptionsWithValue,
  shortConfigPattern,
} from "./grammar.ts";

/** The script for fish, from 3.0 on. */
export function fishCompletion(commands: readonly Command[]): string {
  const named = (condition: string) =>
    commands.map(({ name, summary }) =>
      `complete -c vcm -n ${condition} -a ${name} -d ${quoted(summary)}\n`
    ).join("");
  const words = commandsWithWords(commands).map(({ name, words }) =>
    `complete -c vcm -n '__vcm_begins ${name}' -a '${words.join(" ")}'\n`
  );
  return `# Completion of vcm for fish, made by "vcm completion fish".
${READ}
complete -c vcm -f
${named("__vcm_without_command")}${named("'__vcm_begins help'")}${
    words.join("")
  }complete -c vcm -n \
'__vcm_does ${commandsWithNames(commands).join(" ")}' -a '(__vcm_names)' -d certificate

${allOptions().map((option) => optionLine(option, commands)).join("")}`;
}

function optionLine(
  { name, short, value, values, help }: OptionFacts,
  commands: readonly Command[],
) {
  const takers = commandsWithOption(commands, name);
  if (takers.length === 0) return "";
  const letter = short === undefined ? "" : ` -s ${short}`;
  const words = values === undefined ? "" : ` -a '${values.join(" ")}'`;
  const takes = value === undefined ? "" : value === "FILE" ? " -r -F" : ` -x${words}`;
  const condition = `'__vcm_takes_options ${takers.join(" ")}'`;
  return `complete -c vcm -n ${condition} -l ${name}${letter}${takes} -d ${quoted(help)}\n`;
}

/** In a function: declares the variables that `__vcm_read` sets, and calls it. */
const CALL_READ = `    set -l command
    set -l config
    set -l dashes
    set -l given
    __vcm_read
`;

const READ = `
# Reads the words before the cursor into variables of its caller: command, config, dashes, given.
function __vcm_read --no-scope-shadowing
    set -l __vcm_option
    for __vcm_word in (commandline -opc)[2..-1]
        if test -n "$__vcm_option"
            if test "$__vcm_option" = --config
                set config $__vcm_word
                string match -q -- '~/*' $__vcm_word
                and set config $HOME/(string sub -s 3 -- $__vcm_word)
            end
            set __vcm_option
        else if test -z "$dashes"; and test "$__vcm_word" = --
            set dashes 1
        else if test -z "$dashes"; and string match -q -- '-?*' $__vcm_word
            switch $__vcm_word
                case '--config=*'
                    set config (string sub -s 10 -- $__vcm_word)
                case ${longOptionsWithValue().join(" ")}
                    set __vcm_option $__vcm_word
                case '--*'
                case '*'
                    if set -l __vcm_match (string match -r -- '${shortConfigPattern()}' $__vcm_word)
                        set config $__vcm_match[2]
                        test -n "$config"
                        or set __vcm_option --config
                    end
            end
        else if test -z "$command"
            set command $__vcm_word
        else
            set -a given $__vcm_word
        end
    end
end

function __vcm_without_command
${CALL_READ}    test -z "$command"
end

# Whether the command is one of the arguments.
function __vcm_does
${CALL_READ}    contains -- "$command" $argv
end

# The same, and no other word follows it yet.
function __vcm_begins
${CALL_READ}    contains -- "$command" $argv
    and test -z "$given"
end

# Whether one of the arguments is the command, or run while there is none.
function __vcm_takes_options
${CALL_READ}    test -n "$command"
    or set command run
    contains -- "$command" $argv
    and test -z "$dashes"
end

# A word that begins with a dash is a name only after "--". A name that begins with a tilde is offered
# only after a quote or a backslash, because fish would expand it to a home directory.
function __vcm_names
${CALL_READ}    set -l ask names
    test -n "$config"
    and set -a ask --config=$config
    for name in (command vcm $ask 2>/dev/null </dev/null)
        contains -- $name $given
        and continue
        test -z "$dashes"
        and string match -q -- '-*' $name
        and continue
        string match -q -- '~*' $name
        and not string match -q -r -- '^["\\'\\\\\\\\]' (commandline -ct)
        and continue
        printf '%s\\n' $name
    end
end
`;

/** As a word of fish that stands for itself. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
