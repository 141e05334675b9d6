import type { Command } from "../../command/commands.ts";
import {
  commandsWithNames,
  commandsWithWords,
  longOptionsWithValue,
  optionsWithFile,
  optionsWithWords,
  shortConfigPattern,
} from "./grammar.ts";

/**
 * The script for bash from 4.3 on. It needs no other package and splits the line itself: bash would
 * split words at each `:` and `=`, and only `eval` would remove its quotes.
 */
export function bashCompletion(commands: readonly Command[]): string {
  const words = commandsWithWords(commands).map(({ name, words }) =>
    `    ${name}) ((\${#given[@]})) || __vcm_offer ${words.join(" ")} ;;\n`
  );
  const values = optionsWithWords().map(({ name, words }) =>
    `      ${name}) __vcm_offer ${words} ;;\n`
  );
  const options = commands.map(({ name, options }) =>
    `      ${name}) __vcm_offer ${options.map((option) => `--${option}`).join(" ")} ;;\n`
  );
  const names = commands.map(({ name }) => name).join(" ");
  const files = optionsWithFile().join("|");
  return `# Completion of vcm for bash, made by "vcm completion bash".
${SPLIT}${OFFER}${NAMES}${readWords()}
_vcm() {
  local typed=$2 current raw quote file command= config= dashes= value_of=
  local short='${shortConfigPattern()}'
  local -a words given=()
  COMPREPLY=()
  __vcm_split "\${COMP_LINE:0:COMP_POINT}"
  current=\${words[\${#words[@]} - 1]}
  __vcm_read
  if [[ -n $file || $value_of == --@(${files}) ||
    -z $dashes$value_of && $current == --@(${files})=* ]]; then
    compopt -o default
    return
  elif [[ -n $value_of ]]; then
    case $value_of in
${values.join("")}    esac
    return
  elif [[ -z $dashes && $current == -* ]]; then
    case \${command:-run} in
${options.join("")}    esac
    return
  fi
  case $command in
    "") __vcm_offer ${names} ;;
    help) ((\${#given[@]})) || __vcm_offer ${names} ;;
${words.join("")}    ${commandsWithNames(commands).join(" | ")}) __vcm_offer_names ;;
  esac
}

complete -F _vcm vcm
`;
}

function readWords(): string {
  return `
# Reads the words before the current one: the command, what --config names, and the words after it;
# value_of is the option whose value the current one is.
__vcm_read() {
  local word option= i
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then
      [[ $option == --config ]] && config=$word
      [[ $option == --config && $word == "~/"* ]] && config=$HOME/\${word:2}
      option=
    elif [[ -z $dashes && $word == -- ]]; then
      dashes=1
    elif [[ -z $dashes && $word == -?* ]]; then
      case $word in
        --config=*) config=\${word#*=} ;;
        ${longOptionsWithValue().join(" | ")}) option=$word ;;
        --*) ;;
        *) [[ $word =~ $short ]] && config=\${BASH_REMATCH[1]} && [[ -z $config ]] && option=--config ;;
      esac
    elif [[ -z $command ]]; then
      command=$word
    else
      given+=("$word")
    fi
  done
  value_of=$option
}
`;
}

const SPLIT = `
# Splits a line into the array words, as the shell would, but expands nothing. Of the last word: raw
# is what was typed, quote the quote that is open in it, and file tells that it follows a < or >.
__vcm_split() {
  local line=$1 char next word= begun= from=0 i
  words=() quote= file=
  for ((i = 0; i < \${#line}; i++)); do
    char=\${line:i:1}
    if [[ -z $quote && $char == [[:space:]\\<\\>] ]]; then
      [[ -n $begun && -z $file ]] && words+=("$word")
      [[ -n $begun ]] && file=
      [[ $char == [\\<\\>] ]] && file=1
      word= begun= from=$((i + 1))
      continue
    fi
    begun=1
    if [[ -n $quote && $char == "$quote" ]]; then
      quote=
    elif [[ $char == \\\\ && $quote != "'" ]]; then
      i=$((i + 1)) next=\${line:i:1}
      # Between double quotes it is a character like others, but before these.
      [[ -n $quote && -n $next && $next != [\\\\\\"\\$\\\`] ]] && word+=\\\\
      word+=$next
    elif [[ -z $quote && $char == [\\"\\'] ]]; then
      quote=$char
    else
      word+=$char
    fi
  done
  words+=("$word") raw=\${line:from}
}
`;

const OFFER = `
# Sets kept to what stands before the part of the word that readline will replace, which begins after
# the last of COMP_WORDBREAKS.
__vcm_keep() {
  local raw=$raw quote file
  local -a words
  __vcm_split "\${raw%"$typed"}"
  kept=\${words[0]}
}

# Offers those of its arguments that begin with the current word, with the quotes that they need.
__vcm_offer() {
  local text kept= close="'\\\\''" bang='"\\!"'
  __vcm_keep
  for text; do
    [[ $text == "$current"* ]] || continue
    text=\${text:\${#kept}}
    if [[ $quote == "'" ]]; then
      text=\${text//"'"/"$close"}
    elif [[ $quote == '"' ]]; then
      text=\${text//\\\\/\\\\\\\\} text=\${text//\\"/\\\\\\"} text=\${text//\\$/\\\\\\$} text=\${text//\\\`/\\\\\\\`}
      # A backslash does not protect it from history expansion.
      text=\${text//\\!/"$bang"}
    elif [[ -n $text ]]; then
      printf -v text %q "$text"
    fi
    if [[ -n $quote ]]; then
      # Readline adds no closing quote if the text ends with one, and reads a first one as the opening one.
      text=$text$quote
      [[ $text == "$quote"* ]] && text=$quote$text
    fi
    COMPREPLY+=("$text")
  done
}
`;

const NAMES = `
# Offers names of certificates. What begins with a dash is a name after "--" only.
__vcm_offer_names() {
  local name other
  local -a ask=(names) names=()
  [[ -n $config ]] && ask+=("--config=$config")
  while IFS= read -r name; do
    [[ -z $dashes && $name == -* ]] && continue
    for other in "\${given[@]}"; do
      [[ $name == "$other" ]] && continue 2
    done
    names+=("$name")
  done < <(command vcm "\${ask[@]}" 2>/dev/null </dev/null)
  __vcm_offer "\${names[@]}"
}
`;
