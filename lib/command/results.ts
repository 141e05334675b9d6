/** Commands that print a result for each name: `vcm adopt`, and with a question `revoke` and `prune`. */
import type { Config } from "../config/types.ts";
import { EXIT_FAILED, EXIT_OK } from "../report/exit_status.ts";
import type { Host } from "./host.ts";
import { Log } from "./log.ts";
import { type Arguments, UsageError } from "./parse_arguments.ts";

/** The result for one name. */
export interface Result {
  readonly name: string;
  readonly done: boolean;
  readonly message: string;
}

/** Throws UsageError if no name is given, or if there is nobody to ask. */
export function requireAnswers(
  { command, names, yes, json }: Arguments,
  { canAsk }: Host,
  needed: string,
): void {
  if (names.length === 0) throw new UsageError(`"vcm ${command}" needs ${needed}`, command);
  if (yes) return;
  if (json) throw new UsageError("No questions with --json: pass --yes too", command);
  if (canAsk) return;
  const message = `No terminal to ask on: pass --yes to ${command} without a question`;
  throw new UsageError(message, command);
}

/** Reports each result at once, so that an interruption loses none. */
export class Reporter<R extends Result> {
  readonly log: Log;
  readonly #args: Arguments;
  readonly #host: Host;
  readonly #results: R[] = [];

  constructor({ logFile }: Config, args: Arguments, host: Host) {
    this.#args = args;
    this.#host = host;
    const { quiet, verbose } = args;
    const file = logFile === undefined ? {} : { file: logFile };
    this.log = new Log(host, { quiet, verbose, ...file, expected: 0 });
  }

  tell(result: R): void {
    this.#results.push(result);
    const text = `${result.name}: ${result.message}`;
    this.log.append(result.done ? "info" : "error", text);
    if (this.#args.json) return;
    if (!result.done) this.#host.err(`failed  ${text}\n`);
    else if (!this.#args.quiet) this.#host.out(`${text}\n`);
  }

  /** Exit status. */
  end(document: (results: readonly R[]) => string): number {
    if (this.#args.json) this.#host.out(document(this.#results));
    return this.#results.every(({ done }) => done) ? EXIT_OK : EXIT_FAILED;
  }
}
