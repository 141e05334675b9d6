/** What ends a run before all is done: a signal, or `max_run`. */
import type { RunEnds } from "../apply/stop.ts";
import { PS, runSync } from "../host/run_sync.ts";
import { formatDuration } from "../text/duration.ts";

/** Numbers of signal(7). */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type EndSignal = keyof typeof NUMBERS;
const SIGNALS = Object.keys(NUMBERS) as EndSignal[];

/** Milliseconds in which a signal counts once: shells and wrappers pass on what a terminal sends to all. */
const SAME = 100;

/** Milliseconds for the commands of a run to be killed. */
const KILL_LIMIT = 1_000;

export interface Watch {
  /** Seconds that the run may take, and the time on `performance.now()` at which it began. */
  readonly maxRun: number;
  readonly began: number;
  /** Tells people why the run ends early. */
  readonly say: (text: string) => void;
}

/**
 * Ends the run in order after `max_run` or at a signal, and at once at a second signal. Needs run
 * permission for ps, but only until it returns.
 *
 * @returns The exit status if a signal came: 128 and its number, as shells have it.
 */
export function watchForEnds(
  { stop, killCommands }: RunEnds,
  { maxRun, began, say }: Watch,
): () => number | undefined {
  let first: { readonly signal: EndSignal; readonly at: number } | undefined;
  const receive = (signal: EndSignal) => {
    const why = `${signal} was received`;
    const at = performance.now();
    if (first === undefined) {
      first = { signal, at };
      stop({ why, hurry: true });
      say(`${why}: ending the run in order; a second signal ends it at once`);
    } else if (signal !== first.signal || at - first.at > SAME) {
      const exit = () => Deno.exit(128 + NUMBERS[signal]);
      // Nobody but the worker can end the commands, and it may be busy.
      setTimeout(exit, KILL_LIMIT);
      killCommands(why).then(exit);
    }
  };
  const ignored = ignoredSignals();
  for (const signal of SIGNALS) {
    // With one listener the runtime handles all of these signals, also those that were ignored.
    Deno.addSignalListener(signal, ignored.includes(signal) ? () => {} : () => receive(signal));
  }
  const why = `"max_run" (${formatDuration(maxRun)}) is over`;
  setTimeout(() => {
    stop({ why, hurry: false });
    say(`${why}: ending the run in order`);
  }, Math.max(0, began + maxRun * 1000 - performance.now()));
  return () => first && 128 + NUMBERS[first.signal];
}

/**
 * Signals that were ignored when the program started, as under nohup or in the background of a script.
 * They stay ignored. If ps does not know them, that is SIGHUP: the run then outlives its terminal, but
 * not "max_run".
 */
function ignoredSignals(): readonly EndSignal[] {
  let mask = "";
  try {
    mask = runSync(PS, ["-o", "ignored=", "-p", String(Deno.pid)])?.stdout.trim() ?? "";
  } catch {
    // The program cannot be run.
  }
  if (!/^[0-9a-f]+$/i.test(mask)) return ["SIGHUP"];
  return SIGNALS.filter((signal) => (BigInt(`0x${mask}`) >> BigInt(NUMBERS[signal] - 1)) & 1n);
}
