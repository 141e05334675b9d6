/**
 * A program and its descendants, which are ended together.
 *
 * Not guaranteed: a descendant that was an orphan before the first signal is found only if the program
 * leads a session, and if the descendant is still in it.
 */
import { KILL, PS, runSync } from "./run_sync.ts";

export type Signal = "TERM" | "KILL";

/** Milliseconds between SIGTERM and SIGKILL. */
export const GRACE = 5_000;

/** Milliseconds between two looks at descendants that have still to end. */
const PAUSE = 50;

export class ProcessTree {
  readonly #child: Deno.ChildProcess;
  readonly #leads: boolean;
  #isSignalled = false;
  /** Descendants that got a signal; they may have become orphans since. */
  readonly #descendants = new Set<number>();

  /** @param leads The program leads a session. */
  constructor(child: Deno.ChildProcess, leads: boolean) {
    this.#child = child;
    this.#leads = leads;
  }

  /** Sends a signal to all; returns whether the program was still running. */
  signal(signal: Signal): boolean {
    this.#isSignalled = true;
    for (const pid of descendantsOf(this.#child.pid)) this.#descendants.add(pid);
    try {
      this.#child.kill(`SIG${signal}`);
    } catch {
      return false;
    } finally {
      this.#kill(signal);
    }
    return true;
  }

  /** After a signal, waits for the descendants of the ended program, and kills those that stay. */
  async end(): Promise<void> {
    for (let waited = 0; waited < GRACE && this.#live().length > 0; waited += PAUSE) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.#kill("KILL");
  }

  /** The runtime's own call needs permission to run anything. */
  #kill(signal: Signal): void {
    const pids = this.#live();
    if (pids.length > 0) runSync(KILL, ["-s", signal, "--", ...pids.map(String)]);
  }

  /** Those that got a signal and have not ended, without the program itself. */
  #live(): number[] {
    if (!this.#isSignalled) return [];
    const { pid: program } = this.#child;
    const select = [
      ...(this.#descendants.size > 0 ? ["-p", [...this.#descendants].join(",")] : []),
      ...(this.#leads ? ["-s", String(program)] : []),
    ];
    if (select.length === 0) return [];
    const { stdout = "" } = runSync(PS, ["-o", "pid=,stat=", ...select]) ?? {};
    return stdout.split("\n").map((line) => line.trim().split(/\s+/))
      .filter(([pid, state = "Z"]) => !state.startsWith("Z") && pid !== String(program))
      .map(([pid]) => Number(pid));
  }
}

/** Children of a process, and their children, unless they have become orphans. */
function descendantsOf(pid: number): number[] {
  const { stdout = "" } = runSync(PS, ["-A", "-o", "pid=,ppid="]) ?? {};
  const children = Map.groupBy(
    stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number)),
    ([, parent]) => parent,
  );
  const found: number[] = [];
  const gather = (parent: number) => {
    for (const [child] of children.get(parent) ?? []) {
      if (child === undefined || found.includes(child)) continue;
      found.push(child);
      gather(child);
    }
  };
  gather(pid);
  return found;
}
