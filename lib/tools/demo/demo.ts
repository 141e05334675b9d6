/**
 * `vcm demo`: shows a whole run against a demo server, in a temporary directory, with the same code
 * as on a real host. It needs no root, talks only to 127.0.0.1, and leaves nothing unless it is told
 * to keep the directory; after a signal not even that.
 */
import type { Host, RunCommandLine } from "../../command/host.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { receiveEnds, statusOf } from "../../host/end_signals.ts";
import { octal } from "../../text/octal.ts";
import type { DemoCommand, DemoDocument } from "../../report/documents/tools.ts";
import { demoJson } from "../../report/json.ts";
import { type DemoServer, startDemoServer } from "./demo_server.ts";

/**
 * Returns 0 if every step has the expected result.
 *
 * With `json` standard output holds one document; the text goes to standard error.
 */
export async function demo(
  { json, keep }: Pick<Arguments, "json" | "keep">,
  host: Host,
  run: RunCommandLine,
): Promise<number> {
  const vault = await startDemoServer();
  const directory = Deno.makeTempDirSync({ prefix: "vcm-demo-" });
  using _ends = receiveEnds((signal) => {
    Deno.removeSync(directory, { recursive: true });
    Deno.exit(statusOf(signal));
  });
  try {
    const told = json ? { ...host, out: host.err, outIsTerminal: host.errIsTerminal } : host;
    const steps = new Demo(told, run, vault, { directory, keep });
    const status = await steps.run();
    if (json) host.out(demoJson(steps.record()));
    return status;
  } finally {
    if (!keep) Deno.removeSync(directory, { recursive: true });
    await vault.close();
  }
}

class Demo {
  readonly #host: Host;
  readonly #run: RunCommandLine;
  readonly #vault: DemoServer;
  readonly #directory: string;
  readonly #keep: boolean;
  readonly #config: string;
  readonly #commands: DemoCommand[] = [];
  readonly #files: DemoDocument["files"][number][] = [];
  #unexpected = 0;

  constructor(
    host: Host,
    run: RunCommandLine,
    vault: DemoServer,
    { directory, keep }: { readonly directory: string; readonly keep: boolean },
  ) {
    this.#host = host;
    this.#run = run;
    this.#vault = vault;
    this.#directory = directory;
    this.#keep = keep;
    this.#config = `${directory}/vcm.yaml`;
  }

  async run(): Promise<number> {
    const ssl = `${this.#directory}/ssl`;
    Deno.mkdirSync(ssl);
    this.#writeConfig([]);
    this.#say(
      "1. One file describes what this host needs. A demo server runs on " +
        `${this.#vault.address}; everything else is real.`,
    );
    this.#host.out(indent(Deno.readTextFileSync(this.#config).replace(/(secret_id: ).*/, "$1…")));
    await this.#vcm("plan");
    await this.#vcm("run");

    this.#say("2. Nothing is due now, so a run changes nothing and asks the server nothing.");
    const asked = await this.#vcm("run");
    this.#expect(asked === 0, `the server got ${asked} requests`);
    this.#host.out(`   (requests at the server: ${asked})\n`);

    this.#say("3. A name is added to the file: the certificate on disk no longer matches it.");
    this.#writeConfig(["api.demo.internal"]);
    await this.#vcm("plan");
    await this.#vcm("run");

    this.#say(
      "4. Someone empties a deployed file and makes the key readable. VCM finds and fixes both.",
    );
    Deno.writeTextFileSync(`${ssl}/web.crt`, "");
    Deno.chmodSync(`${ssl}/web.key`, 0o644);
    await this.#vcm("check", 1);
    await this.#vcm("run");
    await this.#vcm("check");

    this.#say("5. The files on disk:");
    this.#listFiles();
    const look = this.#keep
      ? `look around in ${this.#directory}, then: rm -r ${this.#directory}`
      : `${this.#directory} is removed now; to keep the files: vcm demo --keep`;
    this.#say(
      "Next:\n" +
        `   - ${look}\n` +
        "   - for this host, as root: vcm init, then vcm doctor, then vcm run",
    );
    return this.#unexpected === 0 ? 0 : 1;
  }

  /** The commands that ran and the files that they left. */
  record(): Omit<DemoDocument, "layout"> {
    return { directory: this.#directory, commands: this.#commands, files: this.#files };
  }

  #listFiles(): void {
    const store = "store/web.demo.internal";
    const stored = [...Deno.readDirSync(`${this.#directory}/${store}`)]
      .map(({ name }) => `${store}/${name}`).sort();
    for (const path of ["ssl/web.crt", "ssl/web.key", ...stored]) {
      const { mode: bits, size } = Deno.lstatSync(`${this.#directory}/${path}`);
      const mode = (bits ?? 0) & 0o7777;
      this.#files.push({ path, mode, size });
      this.#host.out(`   ${octal(mode)}  ${String(size).padStart(5)} bytes  ${path}\n`);
    }
  }

  /** Runs and shows a command line. Returns how many requests the server got. */
  async #vcm(command: string, expected = 0): Promise<number> {
    this.#host.out(`\n   $ vcm ${command}\n`);
    const before = this.#vault.requests.length;
    const status = await this.#run([command, "--config", this.#config], this.#demoHost());
    this.#expect(status === expected, `"vcm ${command}" ended with ${status}, not ${expected}`);
    const requests = this.#vault.requests.length - before;
    this.#commands.push({ command, status, expected, requests });
    return requests;
  }

  /** The commands share the terminal, but not the environment's tokens or the permissions. */
  #demoHost(): Host {
    const host = this.#host;
    return {
      ...host,
      env: (name) => name === "NO_COLOR" ? host.env(name) : undefined,
      out: (text) => host.out(indent(text)),
      err: (text) => host.out(indent(text)),
      errIsTerminal: false,
      columns: host.columns && host.columns - INDENT.length,
      giveUp: () => {},
      usesWorker: false,
    };
  }

  #writeConfig(dnsSans: readonly string[]): void {
    const text = `config:
  vault: "${this.#vault.address}"
  vault_role_id: "${this.#vault.roleId}"
  vault_secret_id: "${this.#vault.secretId}"
  pki: "pki"
  role: "web"
  renew: "10d"
  cert_store: "${this.#directory}/store"
certs:
  - name: "web.demo.internal"
    ttl: "30d"
    dns_sans: [${dnsSans.map((name) => `"${name}"`).join(", ")}]
    ip_sans: ["10.1.1.20"]
    deploy:
      - cert: "${this.#directory}/ssl/web.crt"
        mode: "0644"
      - source: privkey
        dest: "${this.#directory}/ssl/web.key"
        mode: "0600"
`;
    Deno.writeTextFileSync(this.#config, text, { mode: 0o600 });
  }

  #say(text: string): void {
    this.#host.out(`\n${text}\n`);
  }

  #expect(holds: boolean, otherwise: string): void {
    if (holds) return;
    this.#unexpected++;
    this.#host.err(`error: the demo did not go as expected: ${otherwise}\n`);
  }
}

const INDENT = "   ";

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, INDENT);
}
