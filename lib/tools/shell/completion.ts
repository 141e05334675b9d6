/** `vcm completion bash|zsh|fish`: prints a completion script. */
import { EXIT_OK } from "../../report/exit_status.ts";
import { type Command, commandNamed, COMMANDS } from "../../command/commands.ts";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Throws UsageError for an unknown shell. */
export function completion({ names }: Arguments, host: Host): number {
  const [shell = "", ...rest] = names;
  const script = rest.length === 0 && Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined) {
    const shells = commandNamed("completion").words?.join(", ");
    const got = names.length === 0 ? "none" : `"${names.join(" ")}"`;
    throw new UsageError(`"vcm completion" takes one of ${shells}; got ${got}`, "completion");
  }
  host.out(script(COMMANDS));
  return EXIT_OK;
}
