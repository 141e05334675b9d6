/** `vcm init` on a host in memory, which writes into a directory of its own. */
import { explain } from "../../../../lib/cli/explain.ts";
import { init } from "../../../../lib/tools/init/init.ts";
import type { Server } from "../../../../lib/tools/init/server.ts";
import { parseArguments } from "../../../../lib/command/parse_arguments.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { NGINX_CONF, siteReader } from "../../../support/fixtures_web_servers.ts";
import { type Directory, makeDirectory } from "../../../support/rig.ts";

/** One site with TLS, and one whose certificate is a variable's. */
export const SITES: Readonly<Record<string, string>> = {
  "/etc/nginx/nginx.conf": NGINX_CONF,
  "/etc/nginx/mime.types": "",
  "/etc/nginx/sites-enabled/web": `server {
  server_name web.test www.test;
  ssl_certificate /etc/nginx/ssl/web.crt;
  ssl_certificate_key /etc/nginx/ssl/web.key;
}
server {
  server_name api.test;
  ssl_certificate /etc/nginx/ssl/api.crt;
  ssl_certificate_key /etc/nginx/ssl/api.key;
}
server {
  ssl_certificate /c/$ssl_server_name.crt;
  ssl_certificate_key /c/$ssl_server_name.key;
}
`,
};

export interface InitOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What a person types at a terminal; without it there is none. */
  readonly answers?: readonly string[];
  /** Exit status of `vcm doctor`. */
  readonly doctor?: number;
}

/** It answers, and its certificate is of a CA of the host. */
const SERVER: Server = {
  contact: () => Promise.resolve({ kind: "trusted" }),
  presented: () => Promise.resolve([]),
  offers: () => Promise.resolve(new Map()),
};

export interface Bench {
  readonly directory: Directory;
  /** Runs one command line, in which `@` stands for the directory. */
  run(line: string, options?: InitOptions): Promise<InitRun>;
}

export interface InitRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly givenUp: readonly string[];
  /** The command lines that it ran. */
  readonly ran: readonly string[];
}

/** A test with such a directory. */
export function initTest(name: string, fn: (bench: Bench) => Promise<void>): void {
  Deno.test(name, async () => {
    using directory = makeDirectory();
    await fn({ directory, run: (line, options) => run(directory, line, options) });
  });
}

async function run(
  directory: Directory,
  line: string,
  options: InitOptions = {},
): Promise<InitRun> {
  const { files = SITES, env = {}, answers, doctor = 0 } = options;
  const reader = siteReader(files, { "/etc/nginx/ssl/web.key": 0o640 });
  const host = fakeHost({
    env,
    uid: Deno.uid() ?? 0,
    doors: {
      list: reader.list,
      read: (path) => ({ ...reader.read(path), mode: 0o644 }),
      exists: (path) => path.startsWith(directory.path) ? isThere(path) : reader.exists(path),
      canAsk: answers !== undefined,
    },
  });
  const args = line.replaceAll("@", directory.path).split(" ");
  const typed = [...answers ?? []];
  const parsed = parseArguments(args);
  // As main() does, which would ask the real terminal.
  const ran: string[] = [];
  const runCommand = (args: readonly string[]) =>
    Promise.resolve(ran.push(args.join(" ")) && doctor);
  const status = await init(parsed, host, runCommand, {
    readLine: () => typed.shift(),
    readSecret: (show: () => void) => {
      show();
      return typed.shift();
    },
    mode: reader.mode,
    bytes: reader.bytes,
    real: reader.real,
  }, SERVER)
    .catch((error) => explain(error, parsed, host, args));
  const plain = (text: string) => text.replaceAll(directory.path, "@");
  return {
    status,
    out: plain(host.stdout()),
    err: plain(host.stderr()),
    givenUp: host.givenUp,
    ran: ran.map(plain),
  };
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
