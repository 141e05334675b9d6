/** `vcm prune` and `vcm status` on a store with sets that the file names, and others. */
import { main } from "../../../../lib/cli/main.ts";
import type { Host } from "../../../../lib/command/host.ts";
import { NOW } from "../../../support/fixtures.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { makeCertificatePem } from "../../../support/fixtures_pki.ts";
import { makeDirectory } from "../../../support/rig.ts";

const MINE = "a.test";
const SETS = {
  [MINE]: await makeCertificatePem(MINE, { serial: "0a0a" }),
  "old.test": await makeCertificatePem("old.test", { serial: "0b0b" }),
  "*.other.test": await makeCertificatePem("*.other.test", { serial: "0c0c" }),
};

export type Bench = ReturnType<typeof makeBench>;

/** The file names a.test; old.test and *.other.test are in the store, and old.test is deployed. */
export function makeBench() {
  const directory = makeDirectory();
  directory.write(
    "vcm.yaml",
    `config: {pki: pki, role: web, cert_store: ${directory.at("store")}, ` +
      `log_file: ${directory.at("vcm.log")}}\ncerts:\n` +
      `  - {name: ${MINE}, deploy: [{cert: ${directory.at("a.crt")}}]}\n`,
  );
  for (const [name, { pem, pkcs8 }] of Object.entries(SETS)) {
    directory.write(`store/${name}/cert.pem`, pem);
    directory.write(`store/${name}/privkey.pem`, pkcs8);
    Deno.chmodSync(directory.at(`store/${name}`), 0o700);
    Deno.utimeSync(directory.at(`store/${name}/cert.pem`), WRITTEN, WRITTEN);
  }
  Deno.chmodSync(directory.at("store"), 0o700);
  directory.write("old.key", SETS["old.test"].pkcs8);
  const questions: string[] = [];
  const plain = (text: string) => text.replaceAll(directory.path, "FOLDER");
  return {
    directory,
    questions,
    async vcm(line: string, doors: Partial<Host> = {}) {
      const host = fakeHost({
        uid: 0,
        now: NOW,
        env: { VCM_CONFIG: directory.at("vcm.yaml") },
        doors: { ask: (question) => questions.push(question) > 0, ...doors },
      });
      const status = await main(line.split(" "), host);
      return {
        status,
        out: plain(host.stdout()),
        err: plain(host.stderr()),
        log: plain(host.appended.get(directory.at("vcm.log")) ?? ""),
        givenUp: host.givenUp,
      };
    },
    /** What is in the store, without lock and parts. */
    sets: () =>
      directory.tree().filter((path) => path.startsWith("store/") && path.endsWith("/"))
        .map((path) => path.slice("store/".length, -1)).filter((path) => path !== ""),
  };
}

const WRITTEN = new Date("2026-11-02T03:04:05Z");
/** Where an archived set is by the time at which it was written. */
export const TIME = "20261102T030405Z";

export function benchTest(name: string, fn: (bench: Bench) => Promise<void>): void {
  Deno.test(name, async () => {
    const bench = makeBench();
    using _directory = bench.directory;
    await fn(bench);
  });
}
