/**
 * A small host for the program to be seen on: a machine with systemd and nginx, whose /etc, /var and
 * others are directories of its own, and a demo server. Of the host nothing is changed.
 */
import { fileURLToPath } from "node:url";
import { nginxScript } from "../../tests/support/fetch_nginx.ts";
import { type Machine, startMachine } from "../../tests/support/machine.ts";
import { pathOfPart } from "../../tests/support/parts.ts";
import { shellWords } from "../../tests/support/shell_words.ts";
import { type LocalVault, startLocalVault } from "./local_vault.ts";
import {
  AGES,
  CONFIG,
  NGINX_CONF,
  NGINX_UNIT,
  OPENED_KEY,
  siteConfig,
  TARGETS,
  TOKEN,
} from "./site_config.ts";

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
const DIRECTORIES = [
  ...["/opt", "/root", "/usr/local/sbin", "/var/lib/nginx", "/var/log/nginx"],
  ...["/etc/vcm", "/etc/ssl/certs", "/etc/nginx", "/etc/systemd/system", ...TARGETS],
];
/** Those of the site that the machine has in place of the host's. */
const MOUNTED = ["/etc", "/var", "/opt", "/root", "/usr/local/sbin"];

/** Sets a site up. Needs root, python3 and util-linux; throws Error if one is missing. */
export async function makeSite(binary: string): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const vault = stack.use(await startLocalVault("bao.myorg.local"));
  const directory = await Deno.makeTempDir({ prefix: "vcm-record-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  await furnish(directory, vault, binary);
  const machine = stack.use(await startMachine());
  await enter(machine, directory);
  const run: Site["run"] = async (args, columns) => {
    const { code, stdout, stderr } = await machine.exec(
      ["python3", ON_TERMINAL, String(columns), PROGRAM, ...args],
    );
    // The program has the terminal for both; this is said by what it runs in.
    if (stderr !== "") throw new Error(`Cannot run on a terminal:\n${stderr}`);
    return { code, written: stdout };
  };
  await letTimePass(directory, vault, run);
  await inMachine(machine, "systemctl start nginx.service");
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
    "/etc/nginx/nginx.conf": NGINX_CONF,
    "/usr/local/sbin/nginx": nginxScript(await pathOfPart("nginx")),
    [TOKEN]: vault.token,
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}${path}`, text, { mode: path === TOKEN ? 0o600 : 0o644 });
  }
  await Deno.chmod(`${directory}/usr/local/sbin/nginx`, 0o755);
  await Deno.copyFile(binary, `${directory}${PROGRAM}`);
}

/** Gives the machine the directories of the site; its units stay where its systemd finds them. */
async function enter(machine: Machine, directory: string): Promise<void> {
  const mounts = MOUNTED.map((path) => `mount --bind ${shellWords(directory + path)} ${path}`);
  const units = "/etc/systemd/system";
  await inMachine(
    machine,
    [
      "mkdir /run/units",
      `mount --bind ${units} /run/units`,
      ...mounts,
      `mount --bind /run/units ${units}`,
    ].join("\n"),
  );
  await machine.writeUnit("nginx.service", NGINX_UNIT);
  await inMachine(machine, "systemctl daemon-reload");
}

async function inMachine(machine: Machine, script: string): Promise<void> {
  const { code, stderr } = await machine.exec(["sh", "-ec", script]);
  if (code !== 0) throw new Error(`Cannot set the site up: ${stderr}`);
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
