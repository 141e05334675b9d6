/** A run of the compiled VCM that a test ends: beside a real server, without systemd. */
import { assert } from "./assert.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { makeDirectory } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the first signal to the end. */
  readonly took: number;
}

export interface EndedSite extends AsyncDisposable {
  readonly directory: string;
  readonly bao: OpenBao;
  /** The server at which VCM asks; the real one unless a test says otherwise. */
  address: string;
  /** Writes vcm.yaml: settings for this server with more keys, and the given certificates. */
  configure(certs: string, more?: string): void;
  /** A certificate with one target, and services that are given as YAML. */
  certificate(name: string, ...services: readonly string[]): string;
  /** Words of a shell command, in YAML: it writes its process id into `pids`. */
  shell(script: string): string;
  /** Ids of the commands' processes that run. */
  commands(): Promise<number[]>;
  /** Tokens of logins that the server knows. */
  loginTokens(): Promise<number>;
  start(...args: readonly string[]): Run;
  /** Runs VCM to its end. */
  vcm(...args: readonly string[]): Promise<Ended>;
  read(file: string): string | undefined;
  /** Names of what is in a directory. */
  entries(directory: string): readonly string[] | undefined;
}

export interface Run {
  readonly pid: number;
  send(signal: Deno.Signal): void;
  /** Waits until standard error holds a text. */
  said(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** @param by Words of a program that starts VCM. */
export async function startEndedSite(by: readonly string[] = []): Promise<EndedSite> {
  const binary = await compiledVcm();
  const rig = makeDirectory();
  const directory = rig.path;
  Deno.mkdirSync(`${directory}/ssl`);
  const bao = await startOpenBao({ audit: true });
  const login = await setUpPki(bao);
  const read = (file: string) => {
    try {
      return Deno.readTextFileSync(`${directory}/${file}`);
    } catch {
      return undefined;
    }
  };
  const started: Deno.ChildProcess[] = [];
  const start = (...args: readonly string[]): Run => {
    const [program = "", ...words] = [...by, binary, ...args];
    const child = new Deno.Command(program, {
      args: [...words, "--config", `${directory}/vcm.yaml`],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    }).spawn();
    started.push(child);
    let first: number | undefined;
    let stderr = "";
    const read = (text: string) => {
      stderr += text;
    };
    const ended = Promise.all([child.status, textOf(child.stdout), readAll(child.stderr, read)])
      .then(([{ code }, stdout]) => {
        return { code, stdout, stderr, took: performance.now() - (first ?? performance.now()) };
      });
    return {
      pid: child.pid,
      said: async (text) => {
        await waitUntil(
          `it says "${text}"`,
          60,
          () => Promise.resolve(stderr.includes(text) || undefined),
        );
      },
      send: (signal) => {
        first ??= performance.now();
        child.kill(signal);
      },
      ended,
    };
  };
  const site: EndedSite = {
    directory,
    bao,
    address: bao.address,
    configure: (certs, more = "") =>
      Deno.writeTextFileSync(
        `${directory}/vcm.yaml`,
        `config:
  vault: "${site.address}"
  vault_role_id: "${login.roleId}"
  vault_secret_id: "${login.secretId}"
  pki: "pki"
  role: "web"
  renew: "10d"
  ttl: "60d"
  cert_store: "${directory}/store"
${more}certs:
${certs}`,
        { mode: 0o600 },
      ),
    certificate: (name, ...services) =>
      `  - name: "${name}"\n    deploy:\n      - fullchain: "${directory}/ssl/${name}.crt"\n` +
      (services.length === 0 ? "" : `    service:\n`) +
      services.map((service) => `      - ${service}\n`).join(""),
    shell: (script) => JSON.stringify(["/bin/sh", "-c", `echo $$ >> ${directory}/pids; ${script}`]),
    commands: () => {
      const pids = (read("pids") ?? "").split("\n").filter((line) => line !== "").map(Number);
      return Promise.resolve(pids.filter(isRunning));
    },
    loginTokens: async () => {
      const { body } = await bao.api("LIST", "auth/token/accessors");
      // One is the root token.
      return (body.data?.["keys"] as string[]).length - 1;
    },
    start,
    vcm: (...args) => start(...args).ended,
    read,
    entries: (name) => {
      try {
        return [...Deno.readDirSync(`${directory}/${name}`)].map((entry) => entry.name);
      } catch {
        return undefined;
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const pid of await site.commands()) Deno.kill(pid, "SIGKILL");
      for (const child of started) {
        try {
          child.kill("SIGKILL");
        } catch {
          continue; // It has ended.
        }
      }
      await bao.close();
      rig[Symbol.dispose]();
    },
  };
  return site;
}

/** Waits until a command of the site writes its process id. */
export async function untilCommandRuns(site: EndedSite): Promise<number> {
  return await waitUntil("a command runs", 60, async () => (await site.commands()).at(-1));
}

export async function assertNoCommand(site: EndedSite): Promise<void> {
  assert.deepEqual(await site.commands(), [], "commands go on");
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function textOf(pipe: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(pipe).text();
}

async function readAll(pipe: ReadableStream<Uint8Array>, take: (text: string) => void) {
  for await (
    const text of pipe.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
  ) take(text);
}
