/** `vcm revoke` against a scripted server: a store, what is asked, printed and logged. */
import { main } from "../../../../lib/cli/main.ts";
import type { Host } from "../../../../lib/command/host.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { makeCertificatePem } from "../../../support/fixtures_pki.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { enveloped } from "../../vault/recorded_answers.ts";
import {
  type Heard,
  type Scripted,
  type ScriptedServer,
  startScripted,
} from "../../vault/scripted_server.ts";
import { assertNoSecret, TOKEN } from "../../vault/access_fixtures.ts";

const NAMES = ["a.test", "b.test", "c.test"];
const [A, B] = ["a.test", "b.test"];
export const SETS = {
  [A]: await makeCertificatePem(A, { serial: "0a0a" }),
  [B]: await makeCertificatePem(B, { serial: "0b0b" }),
};

function revoking(heard: Heard): Scripted {
  return JSON.parse(heard.body).serial_number === "0a:0a"
    ? enveloped({ revocation_time: 1, state: "revoked" })
    : { status: 400, body: { errors: ["certificate with serial 0b:0b not found."] } };
}

export type Bench = Awaited<ReturnType<typeof makeBench>>;

/** A store with the sets of a.test and b.test, and a server that knows the first of them. */
function makeBench() {
  const directory = makeDirectory();
  const server: ScriptedServer = startScripted(revoking);
  const certs = NAMES.map((name) =>
    `  - {name: ${name}, deploy: [{cert: ${directory.at(name)}}]}\n`
  );
  const paths = `cert_store: ${directory.at("store")}, log_file: ${directory.at("vcm.log")}`;
  directory.write("vcm.yaml", `config: {pki: pki, role: web, ${paths}}\ncerts:\n${certs.join("")}`);
  for (const [name, { pem, pkcs8 }] of Object.entries(SETS)) {
    directory.write(`store/${name}/cert.pem`, pem);
    directory.write(`store/${name}/privkey.pem`, pkcs8);
  }
  Deno.chmodSync(directory.at("store"), 0o700);
  const questions: string[] = [];
  const plain = (text: string) =>
    text.replaceAll(server.address, "A").replaceAll(directory.path, "FOLDER");
  return {
    directory,
    server,
    questions,
    async vcm(
      line: string,
      doors: Partial<Host> = {},
      more: Readonly<Record<string, string>> = {},
    ) {
      const env = {
        VCM_CONFIG: directory.at("vcm.yaml"),
        VAULT_ADDR: server.address,
        VAULT_TOKEN: TOKEN,
        VAULT_MAX_RETRIES: "0",
        ...more,
      };
      const ask = (question: string) => questions.push(question) > 0;
      const host = fakeHost({ env, doors: { ask, ...doors } });
      const status = await main(line.split(" "), host);
      const log = host.appended.get(directory.at("vcm.log")) ?? "";
      assertNoSecret(host.stdout() + host.stderr() + log);
      return { status, out: plain(host.stdout()), err: plain(host.stderr()), log: plain(log) };
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

export const DONE_A =
  'a.test: revoked, serial 0a:0a; its files are in "FOLDER/store/archive/a.test/' +
  '0a:0a"; the next run issues a new one and removes these files';
export const FAILED_B =
  'b.test: "A" refused "pki/revoke" (400: certificate with serial 0b:0b not ' +
  'found.); check that it was issued at the mount "pki"';
export const NOW = "2026-12-01T10:00:00.000Z";

/** A test with such a bench of its own. */
export function benchTest(name: string, fn: (bench: Bench) => Promise<void>): void {
  Deno.test(name, async () => {
    await using bench = makeBench();
    await fn(bench);
  });
}
