/** A host of its own for each test: a directory with `vcm.yaml`, store and targets, and made-up surroundings. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { Host } from "../../lib/command/host.ts";
import { readRegularFile } from "../../lib/host/regular_file.ts";
import { main } from "../../lib/cli/main.ts";
import { withoutHost } from "../support/doctor_lines.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";

/** How a run ended, and what it said. */
export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface Bench extends Disposable {
  readonly directory: Directory;
  /** Replaces `vcm.yaml`: settings besides `cert_store`, and the list of certificates, as YAML. */
  configure(settings: string, certs: string): void;
  /** Runs one command line with this environment and no other. */
  vcm(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    /** Answers questions; without it nobody is there. */
    ask?: (question: string) => boolean,
  ): Promise<Said>;
  /** All that was said so far, by all runs. */
  everything(): string;
}

export const NAME = "web.example.test";

export function makeBench(): Bench {
  const directory = makeDirectory();
  Deno.mkdirSync(directory.at("ssl"));
  let everything = "";
  return {
    directory,
    configure(settings, certs) {
      const lines = settings.trim().split("\n").map((line) => `  ${line.trim()}\n`).join("");
      const store = `  cert_store: "${directory.at("store")}"\n`;
      directory.write("vcm.yaml", `config:\n${lines}${store}certs:\n${certs}`);
    },
    async vcm(args, env = {}, ask) {
      const said = { out: "", err: "" };
      const status = await main(args, {
        ...HOST,
        canAsk: ask !== undefined,
        ask: ask ?? (() => false),
        env: (name) => ({ VCM_CONFIG: directory.at("vcm.yaml"), ...env })[name],
        out: (text) => said.out += text,
        err: (text) => said.err += text,
      });
      everything += said.out + said.err;
      // What it finds of the host that runs the tests is not the same everywhere.
      const ofServer = args[0] === "doctor" && !args.includes("--json");
      return { status, ...said, out: ofServer ? withoutHost(said.out) : said.out };
    },
    everything: () => everything,
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

const HOST: Omit<Host, "env" | "out" | "err" | "ask" | "canAsk"> = {
  uid: () => Deno.uid() ?? 0,
  now: () => new Date(),
  hostName: () => "web-1",
  coreLimit: () => Promise.resolve("0"),
  outIsTerminal: false,
  errIsTerminal: false,
  errIsJournal: false,
  columns: undefined,
  read: readRegularFile,
  list: (path) => [...Deno.readDirSync(path)].map((entry) => entry.name),
  exists: (path) => path.endsWith("vcm.yaml") || existsSync(path),
  openLog: (path) => (text) => Deno.writeTextFileSync(path, text, { append: true, mode: 0o600 }),
  usesWorker: false,
  // These permissions are those of all tests.
  giveUp: () => {},
};

/** One certificate with two targets in `ssl`, and what else it has, as YAML. */
export function certificate(directory: Directory, name = NAME, more = ""): string {
  const rest = more.split("\n").filter((line) => line !== "").map((line) => `    ${line}\n`);
  return `  - name: "${name}"
${rest.join("")}    deploy:
      - fullchain: "${directory.at(`ssl/${name}.crt`)}"
        mode: "0644"
      - privkey: "${directory.at(`ssl/${name}.key`)}"
        mode: "0600"
`;
}

/**
 * What each file in the directory is: inode, times and content, so that any touch shows.
 *
 * @param asked Something was asked of the server: in the store's own directory room was made sure of.
 */
export function snapshot(directory: Directory, asked = false): Record<string, unknown> {
  const passed = asked ? ["vcm.yaml", "store/"] : ["vcm.yaml"];
  return Object.fromEntries(
    directory.tree().filter((name) => !passed.includes(name)).map((name) => {
      const { ino, mtime, ctime, mode } = Deno.lstatSync(directory.at(name));
      const facts = [ino, mtime?.getTime(), ctime?.getTime(), mode];
      return [name, name.endsWith("/") ? facts : [...facts, directory.read(name)]];
    }),
  );
}

/** Asserts that a run went well; its log is the message where it did not. */
export function assertWell(said: Said): void {
  assert.equal(said.status, 0, said.out + said.err);
}

/** Nothing that a run said holds a secret, nor any part of a private key in the directory. */
export function assertNoSecret(bench: Bench, ...secrets: string[]): void {
  const said = bench.everything();
  const keys = bench.directory.tree().filter((name) => /privkey\.pem$|\.key$/.test(name));
  const lines = keys.flatMap((name) => bench.directory.read(name).split("\n"))
    .filter((line) => line.length > 20 && !line.startsWith("-----"));
  for (const secret of ["PRIVATE KEY", ...secrets, ...lines]) {
    assert.equal(said.includes(secret), false, "a secret is in what was said");
  }
}
