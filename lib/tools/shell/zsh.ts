import { allOptions, type Command, type OptionFacts } from "../../command/commands.ts";
import {
  commandsWithNames,
  commandsWithWords,
  longOptionsWithValue,
  shortConfigPattern,
} from "./grammar.ts";

/** The script for zsh from 5.1 on: a file `_vcm` in a directory of `$fpath`, or to be sourced. */
export function zshCompletion(commands: readonly Command[]): string {
  const taken = commands.map(({ name, options }) =>
    `    ${name}) specs=(${options.map((option) => `$${variable(option)}`).join(" ")}) ;;\n`
  );
  const words = commandsWithWords(commands).map(({ name, words }) =>
    `    ${name}) specs+=('2: :(${words.join(" ")})') ;;\n`
  );
  return `#compdef vcm
# Completion of vcm for zsh, made by "vcm completion zsh".

_vcm_commands() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join("")}  )
  _describe -t commands command commands
}
${NAMES}
_vcm() {
  local command= config= dashes= option= word short='${shortConfigPattern()}'
  local MATCH MBEGIN MEND
  local -a given specs match mbegin mend
${readWords()}
  local -a ${allOptions().map(({ name }) => variable(name)).join(" ")}
${allOptions().map((option) => `  ${variable(option.name)}=(${specOf(option)})\n`).join("")}
  case \${command:-run} in
${taken.join("")}  esac
  case $command in
    help) specs+=('2: :_vcm_commands') ;;
${words.join("")}    ${commandsWithNames(commands).join("|")}) specs+=('*: :_vcm_names') ;;
  esac
  _arguments -s -S : $specs '1: :_vcm_commands'
}

# Loaded as a function of $fpath: complete now.
if [[ $funcstack[1] == _vcm ]]; then
  _vcm "$@"
else
  compdef _vcm vcm
fi
`;
}

/**
 * Parses the words before the current one: the command, the value of --config, and the words after
 * it.
 */
function readWords(): string {
  return `  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $option ]]; then
      [[ $option == --config ]] && config=$word
      [[ $option == --config && $word == '~/'* ]] && config=$HOME/\${word[3,-1]}
      option=
    elif [[ -z $dashes && $word == -- ]]; then
      dashes=1
    elif [[ -z $dashes && $word == -?* ]]; then
      case $word in
        (--config=*) config=\${word#*=} ;;
        (${longOptionsWithValue().join("|")}) option=$word ;;
        (--*) ;;
        (*) [[ $word =~ $short ]] && config=$match[1] && [[ -z $config ]] && option=--config ;;
      esac
    elif [[ -z $command ]]; then
      command=$word
    else
      given+=("$word")
    fi
  done
`;
}

const NAMES = `
# What begins with a dash is a name after "--" only.
_vcm_names() {
  local -a names ask=(names) expl
  [[ -n $config ]] && ask+=("--config=$config")
  names=("\${(@f)$(command vcm $ask 2>/dev/null </dev/null)}")
  [[ -z $dashes ]] && names=(\${names:#-*})
  names=(\${names:|given})
  _wanted certificates expl certificate compadd -a names
}
`;

/** The variable with the `_arguments` specification of an option. */
function variable(name: string): string {
  return `option_${name.replaceAll("-", "_")}`;
}

function specOf({ name, short, value, values, help }: OptionFacts): string {
  const explained = `[${help.replace(/[\\[\]:]/g, "\\$&")}]`;
  const words = values === undefined ? " " : `(${values.join(" ")})`;
  const takes = value === undefined ? "" : `:${value}:${value === "FILE" ? "_files" : words}`;
  const said = quoted(`${explained}${takes}`);
  const long = value === undefined ? `--${name}` : `--${name}=`;
  if (short === undefined) return `${long}${said}`;
  const letter = value === undefined ? `-${short}` : `-${short}+`;
  return `'(-${short} --${name})'{${letter},${long}}${said}`;
}

/** As a word of the shell that stands for itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
