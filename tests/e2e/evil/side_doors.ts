/** What no worker may do by interfaces of the runtime that are not made for files, hosts and programs. */
import * as childProcess from "node:child_process";
import * as dns from "node:dns";
import * as fs from "node:fs";
import * as http2 from "node:http2";
import * as os from "node:os";
import process from "node:process";
import * as v8 from "node:v8";
import * as workers from "node:worker_threads";

type Tries = Record<string, () => unknown>;

/** Properties of the runtime that its types do not have. */
type Loose = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/** Interfaces that keep data, or write reports. */
export function stores(directory: string): Tries {
  const other = `${directory}/other`;
  return {
    "a database by node:sqlite": async () => {
      const { DatabaseSync } = await import("node:sqlite");
      new DatabaseSync(other).exec("create table x (y)");
    },
    "another database by node:sqlite": async () => {
      const { DatabaseSync } = await import("node:sqlite");
      new DatabaseSync(":memory:").exec(`attach database '${other}' as x; create table x.y (z)`);
    },
    "a copy of a database": async () => {
      const { DatabaseSync } = await import("node:sqlite");
      new DatabaseSync(":memory:").exec(`vacuum into '${other}'`);
    },
    "a heap snapshot": () => v8.writeHeapSnapshot(other),
    "a key-value store": async () => {
      const kv = await ((Deno as unknown as Loose).openKv?.(other) ?? gone()) as Deno.FsFile;
      kv.close();
    },
    "a temporary directory by node:fs": () => fs.mkdtempSync(`${directory}/x`),
    "a copy by node:fs": () => fs.cpSync(`${directory}/secret`, other, { recursive: true }),
    "a stream of node:fs": () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      fs.createWriteStream(other).on("error", reject).on("open", () => resolve());
      return promise;
    },
    "a directory handle": () => fs.opendirSync("/root").closeSync(),
    "facts of a file system": () => fs.statfsSync("/root"),
    "access to a file": () => fs.accessSync("/root/.ssh"),
    "a file by its descriptor in /proc": () => fs.readFileSync(`/proc/${process.pid}/fd/0`),
    "a file by /dev/fd": () => Deno.openSync("/dev/fd/3").close(),
    "a file by a relative path": () => Deno.readTextFileSync("../etc/shadow"),
    "a file by a URL with an escape": () =>
      Deno.readTextFileSync(new URL(`file://${directory}/ssl/%2e%2e/secret`)),
    "a file by a path with NUL": () => Deno.readTextFileSync(`${directory}/ssl/\0/../../secret`),
    "a file by a path of bytes": () =>
      fs.readFileSync(new TextEncoder().encode(`${directory}/secret`) as unknown as string),
    "a file by an object that changes": () => {
      let asked = 0;
      const path = { toString: () => asked++ === 0 ? `${directory}/ssl` : `${directory}/secret` };
      return Deno.readTextFileSync(path as unknown as string);
    },
  };
}

/** Interfaces that load code, or reach into the runtime. */
export function loads(directory: string): Tries {
  return {
    "a thread of node": () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      new workers.Worker('require("node:fs").readFileSync("/etc/shadow")', { eval: true })
        .on("error", reject).on("exit", (code) => code === 0 ? resolve() : reject(gone));
      return promise;
    },
    "a process of node": () => {
      if (childProcess.spawnSync("/bin/sh", ["-c", "id"]).status !== 0) gone();
    },
    "a shell of node": () => childProcess.execSync("id"),
    "another program by node": () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      childProcess.fork(`${directory}/secret`).on("error", reject).on("exit", () => resolve());
      return promise;
    },
    "a binding of the runtime": () => bound("spawn_sync").spawn?.({ file: "/bin/sh" }) ?? gone(),
    "a library by node": () =>
      (process as unknown as Loose).dlopen?.({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6") ??
        gone(),
    "the core of the runtime": () => (Deno as unknown as { core?: unknown }).core ?? gone(),
    "a debugger": async () => (await import("node:inspector")).open(0),
    "a system interface for WebAssembly": async () => {
      const { WASI } = await import("node:wasi");
      return new WASI({ version: "preview1", preopens: { "/": "/" } });
    },
  };
}

/** Interfaces for the network and the process that are seldom used. */
export function unusual(directory: string): Tries {
  return {
    "a datagram": async () => {
      const socket = (Deno as unknown as Loose).listenDatagram?.({
        hostname: "127.0.0.2",
        port: 0,
        transport: "udp",
      }) ?? gone();
      await (socket as Deno.DatagramConn).send(new Uint8Array(1), {
        transport: "udp",
        hostname: "127.0.0.2",
        port: 9,
      });
    },
    "look up a name by node:dns": () => dns.promises.lookup("example.test"),
    "look up an address by node:dns": () => dns.promises.reverse("127.0.0.2"),
    "http2": () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      http2.connect("http://127.0.0.2:9").on("error", reject).on("connect", () => resolve());
      return promise;
    },
    "an event source": () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const source = new EventSource("http://127.0.0.2:9/");
      source.onopen = () => resolve();
      source.onerror = () => reject(new Error("refused"));
      return promise;
    },
    "a socket of systemd": () =>
      Deno.connect({ transport: "unix", path: "/run/systemd/journal/socket" }),
    "listen on a path": () =>
      Deno.listen({ transport: "unix", path: `${directory}/socket` }).close(),
    "another user": () => (process as unknown as Loose).setuid?.(1) ?? gone(),
    "another group": () => (process as unknown as Loose).setgid?.(1) ?? gone(),
    "the directory by node": () => process.chdir("/root"),
    "the working directory": () => Deno.cwd(),
    "the path of the program": () => fs.readlinkSync("/proc/self/exe"),
    "the users of the host": () => os.userInfo(),
    "a priority": () => os.setPriority(0, 19),
    "the load": () => Deno.loadavg(),
    "a signal": () => Deno.addSignalListener("SIGTERM", () => undefined),
  };
}

function bound(name: string): Loose {
  return ((process as unknown as Loose).binding?.(name) ?? {}) as Loose;
}

function gone(): never {
  throw new Error("there is none");
}
