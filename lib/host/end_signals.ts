/** The signals that ask a program to end. Those that were ignored at its start stay ignored. */
import { type Finished, finishedOf, optionsOf, PS, runSync } from "./run_sync.ts";

/** Numbers of signal(7). */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type EndSignal = keyof typeof NUMBERS;
const SIGNALS = Object.keys(NUMBERS) as EndSignal[];

export type Receiver = (signal: EndSignal) => void;

/** The last one gets the signals. */
const receivers: Receiver[] = [];
let ignored: readonly EndSignal[] | undefined;
/** What ps said, if it was asked before the first receiver came. */
let asked: Finished | undefined;

/** Exit status of a program that a signal ended, as shells have it. */
export function statusOf(signal: EndSignal): number {
  return 128 + NUMBERS[signal];
}

/** Whether a receiver gets the signals; if not, each ends the process at once. */
export function isReceived(): boolean {
  return receivers.length > 0;
}

/** Receives the signals until the answer is disposed of. Needs run permission for ps the first time. */
export function receiveEnds(receiver: Receiver): Disposable {
  const heard = ignored === undefined ? start() : ignored;
  if (receivers.push(receiver) === 1) {
    for (const signal of SIGNALS) {
      if (!heard.includes(signal)) Deno.addSignalListener(signal, LISTENERS[signal]);
    }
  }
  return {
    [Symbol.dispose]: () => {
      receivers.splice(receivers.lastIndexOf(receiver), 1);
      if (receivers.length > 0) return;
      for (const signal of SIGNALS) {
        if (!heard.includes(signal)) Deno.removeSignalListener(signal, LISTENERS[signal]);
      }
    },
  };
}

const LISTENERS: Readonly<Record<EndSignal, () => void>> = {
  SIGHUP: () => receivers.at(-1)?.("SIGHUP"),
  SIGINT: () => receivers.at(-1)?.("SIGINT"),
  SIGTERM: () => receivers.at(-1)?.("SIGTERM"),
};

/** From the first listener on the runtime handles all of these signals, also those that were ignored. */
function start(): readonly EndSignal[] {
  ignored = ignoredSignals();
  for (const signal of ignored) Deno.addSignalListener(signal, () => {});
  return ignored;
}

/** Prints the mask of the signals that this process ignores. With -p, ps would read all processes. */
const ASK = ["-o", "ignored=", "-q", String(Deno.pid)];

/** Asks ps what `receiveEnds()` needs while something else is done. Needs run permission for ps. */
export async function askIgnored(): Promise<void> {
  const [path = ""] = PS;
  try {
    asked = finishedOf(path, await new Deno.Command(path, optionsOf(ASK)).output());
  } catch {
    // The program is elsewhere, or cannot be run: the first receiver finds out.
  }
}

/**
 * Signals that were ignored when the program started, as under nohup or in the background of a script.
 * If ps does not know them, that is SIGHUP: a run then outlives its terminal, but not "max_run".
 */
function ignoredSignals(): readonly EndSignal[] {
  let mask = "";
  try {
    mask = (asked ?? runSync(PS, ASK))?.stdout.trim() ?? "";
  } catch {
    // The program cannot be run.
  }
  if (!/^[0-9a-f]+$/i.test(mask)) return ["SIGHUP"];
  return SIGNALS.filter((signal) => (BigInt(`0x${mask}`) >> BigInt(NUMBERS[signal] - 1)) & 1n);
}
