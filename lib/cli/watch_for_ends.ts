/** What ends a run before all is done: a signal, or `max_run`. */
import type { RunEnds } from "../apply/stop.ts";
import { type EndSignal, receiveEnds, statusOf } from "../host/end_signals.ts";
import { formatDuration } from "../text/duration.ts";

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
      const exit = () => Deno.exit(statusOf(signal));
      // Nobody but the worker can end the commands, and it may be busy.
      setTimeout(exit, KILL_LIMIT);
      killCommands(why).then(exit);
    }
  };
  receiveEnds(receive);
  const why = `"max_run" (${formatDuration(maxRun)}) is over`;
  setTimeout(() => {
    stop({ why, hurry: false });
    say(`${why}: ending the run in order`);
  }, Math.max(0, began + maxRun * 1000 - performance.now()));
  return () => first && statusOf(first.signal);
}
