/**
 * A machine of its own for end-to-end tests: systemd as process 1, in namespaces for processes,
 * mounts, host name, IPC and control groups.
 *
 * Shared with the host: the network, and the root file system, so that paths under a test's
 * temporary directory are the same inside and outside. Not shared: `/run`, `/proc` and the units,
 * which are in memory and go with the machine. The machine is gone when it is closed and also when
 * the test run is killed. It is no wall: what runs in it is root and can change the host's files.
 */
import { pathOfPart } from "./parts.ts";
import { startTied } from "./tied_script.ts";
import { waitUntil } from "./wait_until.ts";

/** How a command is run in a machine. */
export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the command but for PATH, which it gets when none is given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command ended, and what it said. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running machine. */
export interface Machine extends AsyncDisposable {
  /** Runs a command in the machine, however it ends. */
  exec(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
  /** Writes a unit's file; systemd reads it at the next `systemctl daemon-reload`. */
  writeUnit(name: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// systemd was running after 1 s; a machine that is busy with other tests may need more.
const START_SECONDS = 60;

// No command of a test takes longer; one that hangs must not hang the tests.
const EXEC_SECONDS = 120;

/** Starts a machine and waits until its systemd is running; only root can. */
export async function startMachine(): Promise<Machine> {
  await pathOfPart("machine");
  const directory = await Deno.makeTempDir({ prefix: "machine-" });
  const script = startTied("machine.sh", [directory], { by: ["unshare", "--mount"] });
  const close = async () => {
    await script.close();
    await Deno.remove(directory, { recursive: true });
  };
  try {
    const init = await waitUntil(
      "the machine has a first process",
      START_SECONDS,
      () => childOf(`${directory}/unshare`),
    );
    await waitUntil("systemd is running", START_SECONDS, () => isRunning(init));
    const writeUnit = (name: string, text: string) =>
      // What /proc calls the process's root is the file system as the machine sees it.
      Deno.writeTextFile(`/proc/${init}/root/etc/systemd/system/${name}`, text);
    const run: Machine["exec"] = (argv, options) => exec(init, argv, options);
    return { exec: run, writeUnit, close, [Symbol.asyncDispose]: close };
  } catch (cause) {
    const said = await Deno.readTextFile(`${directory}/machine.log`).catch(() => "nothing");
    await close();
    throw new Error(`Cannot start a machine, whose systemd said:\n${said}`, { cause });
  }
}

/** The process that was forked by the one whose id is in a file, once there is one. */
async function childOf(file: string): Promise<string | undefined> {
  const pid = (await Deno.readTextFile(file)).trim();
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return children.trim().split(" ")[0] || undefined;
}

async function isRunning(init: string): Promise<true | undefined> {
  const { stdout } = await exec(init, ["systemctl", "is-system-running"]);
  return ["running", "degraded"].includes(stdout.trim()) || undefined;
}

async function exec(
  init: string,
  argv: readonly [string, ...string[]],
  { cwd = "/", env = {} }: ExecOptions = {},
): Promise<ExecResult> {
  const into = ["-t", init, "-m", "-p", "-u", "-i", "-C", `--wd=${cwd}`, "--"];
  const bounded = ["timeout", "-k", "5", String(EXEC_SECONDS), ...argv];
  const output = await new Deno.Command("nsenter", {
    args: [...into, ...bounded],
    stdin: "null",
    clearEnv: true,
    env: { PATH, ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}
