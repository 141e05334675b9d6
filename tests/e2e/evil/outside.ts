/** What no worker may do, whatever the plan is: reading, writing, talking, running, and getting more rights. */
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import { createRequire } from "node:module";
import * as tls from "node:tls";
import process from "node:process";
import { loads, stores, unusual } from "./side_doors.ts";

type Tries = Record<string, () => unknown>;

/** @param directory Holds `secret`, and directories `ssl` and `store` that plans name. */
export function outside(directory: string): Tries {
  return {
    ...reads(directory),
    ...writes(directory),
    ...talks(),
    ...runs(directory),
    ...knows(),
    ...grows(directory),
    ...stores(directory),
    ...loads(directory),
    ...unusual(directory),
  };
}

function reads(directory: string): Tries {
  const tries: Tries = {};
  const paths = [
    `${directory}/secret`,
    `${directory}/ssl/../secret`,
    "/etc/shadow",
    "/etc/passwd",
    "/etc/vcm/vcm.yaml",
    "/root/.vault-token",
    "/root/.ssh/id_ed25519",
    "/proc/1/environ",
    "/proc/self/environ",
    "/proc/self/mem",
    "/proc/self/fd/3",
    "/proc/self/root/etc/shadow",
    "/dev/mem",
    "/var/log/auth.log",
  ];
  for (const path of paths) {
    tries[`read ${path}`] = () => Deno.readTextFileSync(path);
    tries[`read ${path} by node:fs`] = () => fs.readFileSync(path);
  }
  tries["list /etc"] = () => [...Deno.readDirSync("/etc")];
  tries["list /proc by node:fs"] = () => fs.readdirSync("/proc");
  tries["look at /root"] = () => Deno.statSync("/root");
  tries["resolve /proc/1/exe"] = () => Deno.realPathSync("/proc/1/exe");
  tries["read the link /proc/1/exe"] = () => Deno.readLinkSync("/proc/1/exe");
  tries["fetch a file"] = async () => await (await fetch(`file://${directory}/secret`)).text();
  tries["watch /etc"] = () => Deno.watchFs("/etc").close();
  return tries;
}

function writes(directory: string): Tries {
  const tries: Tries = {};
  const paths = [
    `${directory}/other`,
    `${directory}/ssl/other.crt`,
    `${directory}/ssl/../other`,
    "/etc/cron.d/evil",
    "/root/.ssh/authorized_keys",
    "/run/systemd/system/evil.service",
  ];
  for (const path of paths) {
    tries[`write ${path}`] = () => Deno.writeTextFileSync(path, "x");
    tries[`write ${path} by node:fs`] = () => fs.writeFileSync(path, "x");
    tries[`make the directory ${path}`] = () => Deno.mkdirSync(path);
    tries[`make the link ${path}`] = () => fs.symlinkSync("/etc/shadow", path);
    tries[`make the hard link ${path}`] = () => fs.linkSync(`${directory}/secret`, path);
    tries[`copy to ${path}`] = () => Deno.copyFileSync(`${directory}/secret`, path);
    tries[`rename to ${path}`] = () => Deno.renameSync(`${directory}/secret`, path);
  }
  const secret = `${directory}/secret`;
  tries["remove a file"] = () => Deno.removeSync(secret);
  tries["remove a file by node:fs"] = () => fs.unlinkSync(secret);
  tries["change a mode"] = () => fs.chmodSync(secret, 0o777);
  tries["change an owner"] = () => fs.chownSync(secret, 1, 1);
  tries["change a time"] = () => fs.utimesSync(secret, 0, 0);
  tries["truncate"] = () => Deno.truncateSync(secret, 0);
  tries["a temporary file"] = () => Deno.makeTempFileSync();
  tries["a pipe"] = () => new Deno.Command("mkfifo", { args: [`${directory}/pipe`] }).outputSync();
  for (let fd = 3; fd < 16; fd++) {
    tries[`write to the open file ${fd} of another thread`] = () => fs.writeSync(fd, "x");
  }
  return tries;
}

function talks(): Tries {
  const tries: Tries = {};
  for (const hostname of ["127.0.0.2", "::1", "localhost", "192.0.2.1", "169.254.169.254"]) {
    tries[`connect to ${hostname}`] = () => Deno.connect({ hostname, port: 9 });
  }
  tries["connect by node:net"] = () => nodeConnect({ host: "127.0.0.2", port: 9 });
  tries["connect by TLS"] = () => Deno.connectTls({ hostname: "127.0.0.2", port: 9 });
  tries["fetch"] = () => fetch("http://127.0.0.2:9/");
  tries["a web socket"] = () => new WebSocket("ws://127.0.0.2:9/");
  tries["look up a name"] = () => Deno.resolveDns("example.test", "A");
  tries["listen"] = () => Deno.listen({ hostname: "127.0.0.2", port: 0 }).close();
  tries["listen on all addresses"] = () => Deno.listen({ port: 0 }).close();
  tries["connect by node:tls"] = () => nodeTls();
  for (const path of ["/run/docker.sock", "/run/systemd/private", "/run/dbus/system_bus_socket"]) {
    tries[`connect to ${path}`] = () => Deno.connect({ transport: "unix", path });
    tries[`connect to ${path} by node:net`] = () => nodeConnect({ path });
  }
  return tries;
}

function nodeConnect(to: net.NetConnectOpts): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  net.connect(to, () => resolve()).on("error", reject);
  return promise;
}

function nodeTls(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  tls.connect({ host: "127.0.0.2", port: 9 }, () => resolve()).on("error", reject);
  return promise;
}

function runs(directory: string): Tries {
  const tries: Tries = {};
  const commands = [
    ["/bin/sh", "-c", "id"],
    ["/bin/bash", "-c", "id"],
    ["/usr/bin/env", "id"],
    ["/bin/cat", "/etc/shadow"],
    ["/bin/echo", "x"],
    ["/usr/bin/nsenter", "-t", "1", "-m", "id"],
    ["/bin/mount", "-o", "remount,rw", "/"],
    ["/usr/bin/systemctl", "link", `${directory}/evil.service`],
    ["/usr/bin/systemd-run", "id"],
    ["/usr/bin/chcon", "-h", `--reference=${directory}/secret`, "/etc/passwd"],
    ["/usr/bin/docker", "run", "-v", "/:/host", "x"],
    ["sh", "-c", "id"],
    ["true"],
    [`${directory}/ssl/web.crt`],
  ] as const;
  for (const [program, ...args] of commands) {
    const said = [program, ...args].join(" ");
    tries[`run ${said}`] = () => command(program, args);
  }
  tries["run by a variable that loads code"] = () =>
    new Deno.Command("/bin/echo", { env: { LD_PRELOAD: `${directory}/evil.so` } }).outputSync();
  tries["end another process"] = () => Deno.kill(1, "SIGCONT");
  tries["end another process by node"] = () => process.kill(1, "SIGCONT");
  return tries;
}

/** Runs a program as VCM does. */
export function command(program: string, args: readonly string[]): void {
  const { success } = new Deno.Command(program, { args: [...args], clearEnv: true, stdin: "null" })
    .outputSync();
  if (!success) throw new Error("it failed");
}

function knows(): Tries {
  return {
    "a variable": () => Deno.env.get("HOME"),
    "all variables": () => Object.keys(Deno.env.toObject()).length > 0 || refused(),
    "a variable by node": () => process.env.HOME?.length.toString() ?? refused(),
    "set a variable": () => Deno.env.set("PATH", "/tmp"),
    "the host's name": () => Deno.hostname(),
    "the host's name by node": () => os.hostname(),
    "the addresses": () => Deno.networkInterfaces(),
    "the user": () => Deno.uid(),
    "change the directory": () => Deno.chdir("/root"),
    "change the umask": () => Deno.umask(0),
  };
}

function refused(): never {
  throw new Error("refused");
}

function grows(directory: string): Tries {
  const tries: Tries = {};
  for (const name of ["read", "write", "net", "run", "env", "sys", "ffi", "import"] as const) {
    tries[`ask for ${name}`] = async () => {
      const { state } = await Deno.permissions.request({ name } as Deno.PermissionDescriptor);
      if (state !== "granted") throw new Error(state);
    };
    tries[`a worker with all of ${name}`] = () => startWorker({ [name]: true });
  }
  tries["native code"] = () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {});
  tries["native code by node"] = () =>
    createRequire(`${directory}/x.js`)("/lib/x86_64-linux-gnu/libc.so.6");
  tries["code of a host"] = () => import(`http://127.0.0.1:9/${Date.now()}.js`);
  tries["code of a registry"] = () => import(`npm:evil-${Date.now()}`);
  // It is run: the runtime's loader reads what import() names, whatever the permissions are.
  tries["code of a file"] = () => import(`file://${directory}/secret`);
  return tries;
}

function startWorker(permissions: Record<string, true>): void {
  new Worker("data:text/javascript,", { type: "module", deno: { permissions } }).terminate();
}
