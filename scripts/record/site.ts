/**
 * A small site for the program to be seen on: a directory that it gets for its root, so that it prints
 * the paths of a real host, and a practice Vault. Of this machine nothing is changed.
 */
import { fileURLToPath } from "node:url";
import { type LocalVault, startLocalVault } from "./local_vault.ts";
import { AGES, CONFIG, OPENED_KEY, RELOAD, siteConfig, TARGETS, TOKEN } from "./site_config.ts";

export interface Site extends AsyncDisposable {
  /** Runs the program with these arguments on a terminal of so many columns. */
  run(args: readonly string[], columns: number): Promise<Shown>;
}

export interface Shown {
  readonly code: number;
  /** All that came to the terminal. */
  readonly written: string;
}

const PROGRAM = "/opt/vcm";
const ON_TERMINAL = fileURLToPath(new URL("on_terminal.py", import.meta.url));
const DIRECTORIES = ["/opt", "/root", "/tmp", "/var/lib", "/etc/vcm", "/etc/ssl/certs", ...TARGETS];

/** Sets a site up. Needs root, python3 and util-linux; throws Error where one is missing. */
export async function makeSite(binary: string): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const vault = stack.use(await startLocalVault("bao.myorg.local"));
  const directory = await Deno.makeTempDir({ prefix: "vcm-record-" });
  stack.defer(() => removeRoot(directory));
  await furnish(directory, vault, binary);
  const run: Site["run"] = (args, columns) => runOnTerminal(directory, args, columns);
  await letTimePass(directory, vault, run);
  const kept = stack.move();
  return { run, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function furnish(directory: string, vault: LocalVault, binary: string): Promise<void> {
  await Deno.chmod(directory, 0o755);
  for (const name of DIRECTORIES) await Deno.mkdir(`${directory}${name}`, { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n",
    "/etc/group": "root:x:0:\nwww-data:x:33:\n",
    "/etc/hosts": vault.hostsLine,
    "/etc/nsswitch.conf": "hosts: files\n",
    "/etc/ssl/certs/ca-certificates.crt": `${vault.caPem}\n`,
    [TOKEN]: vault.token,
    [RELOAD]: "#!/bin/sh\nexit 0\n",
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}${path}`, text, { mode: path === TOKEN ? 0o600 : 0o644 });
  }
  await Deno.chmod(`${directory}${RELOAD}`, 0o755);
  await Deno.copyFile(binary, `${directory}${PROGRAM}`);
}

/** Issues each certificate at its age, and then lets a mistake happen. */
async function letTimePass(directory: string, vault: LocalVault, run: Site["run"]): Promise<void> {
  const configure = (renew: string) =>
    Deno.writeTextFile(`${directory}${CONFIG}`, siteConfig(vault.address, renew), { mode: 0o600 });
  // With the window that it is to be in, such an old certificate would not be stored.
  await configure("1d");
  for (const [name, age] of Object.entries(AGES)) {
    vault.setBack(age);
    const { code, written } = await run(["run", name], 80);
    if (code !== 0) throw new Error(`Cannot set the site up: "vcm run ${name}" said:\n${written}`);
  }
  vault.setBack(0);
  await configure("10d");
  await Deno.chmod(`${directory}${OPENED_KEY}`, 0o644);
}

async function runOnTerminal(
  directory: string,
  args: readonly string[],
  columns: number,
): Promise<Shown> {
  const own = ["--mount", "--propagation", "private"];
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: [...own, "python3", ON_TERMINAL, directory, String(columns), PROGRAM, ...args],
    stdin: "null",
  }).output();
  // The program has the terminal for both; this is said by what it runs in.
  const problem = new TextDecoder().decode(stderr);
  if (problem !== "") throw new Error(`Cannot run on a terminal:\n${problem}`);
  return { code, written: new TextDecoder().decode(stdout) };
}

/** Throws where something of the machine is still mounted in it: that must not be removed. */
async function removeRoot(directory: string): Promise<void> {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  if (mounts.includes(` ${directory}/`)) {
    throw new Error(`Cannot remove "${directory}": mounts are in it`);
  }
  await Deno.remove(directory, { recursive: true });
}
