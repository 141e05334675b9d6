/** A process of its own that notes which signals it gets, as a daemon with a pid file. */
import type { Directory } from "../../support/rig.ts";
import { waitUntil } from "../../support/wait_until.ts";

export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  readonly pidFile: string;
  /** Waits until it has got a signal of that name. */
  got(signal: string): Promise<void>;
}

/** Starts one that has written `daemon.pid` into the directory. */
export async function startDaemon(directory: Directory): Promise<Daemon> {
  const [pidFile, log] = [directory.at("daemon.pid"), directory.at("signals")];
  directory.write("signals", "");
  const lines = [
    `for name in HUP USR1; do trap "echo $name >> ${log}" $name; done`,
    `echo $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}`,
    "while :; do sleep 0.05; done",
  ];
  const child = new Deno.Command("/bin/sh", { args: ["-c", lines.join("\n")] }).spawn();
  await waitUntil("the pid file is written", 60, () => {
    Deno.statSync(pidFile);
    return Promise.resolve(true);
  });
  return {
    pid: child.pid,
    pidFile,
    got: async (signal) => {
      await waitUntil(`the process gets ${signal}`, 60, () => {
        const seen = directory.read("signals").split("\n").includes(signal);
        return Promise.resolve(seen || undefined);
      });
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
