/** A process of its own that holds a store's lock until it is told to let go. */
import assert from "node:assert/strict";
import { lockStore } from "../../../lib/store/lock.ts";

export interface LockChild extends AsyncDisposable {
  readonly pid: number;
  /** Program and arguments, as `ps` prints them. */
  readonly command: string;
  /** Lets it go, and waits until it is gone. */
  release(): Promise<void>;
}

/** Starts the process and waits until it holds the lock. */
export async function holdLock(certStore: string): Promise<LockChild> {
  // A short name, since long command lines are cut.
  const args = ["run", "-A", "--no-config", "lock_child.ts", certStore];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL(".", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  assert.equal(new TextDecoder().decode(value), "held\n");
  let released: Promise<void> | undefined;
  const end = async () => {
    await child.stdin.close();
    await child.status;
    await output.cancel();
  };
  const release = () => released ??= end();
  return {
    pid: child.pid,
    command: [Deno.execPath(), ...args].join(" "),
    release,
    [Symbol.asyncDispose]: release,
  };
}

/** Registers a test that finds out who holds a lock; skipped if the host lacks the programs. */
export function holderTest(name: string, fn: () => Promise<void>): void {
  const missing = ["/usr/bin/lslocks", "/usr/bin/ps"].filter((path) => {
    try {
      return !Deno.statSync(path).isFile;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) console.error(`Skipped "${name}": no ${missing.join(" and no ")}`);
  Deno.test({ name, fn, ignore: missing.length > 0 });
}

if (import.meta.main) {
  using _lock = lockStore(Deno.args[0] ?? "");
  console.log("held");
  // Ends when the other end of the pipe is closed, also by the end of the tests.
  await Deno.stdin.read(new Uint8Array(1));
}
