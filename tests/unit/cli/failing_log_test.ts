/** Standard error and log file that cannot be written keep no certificate from being deployed. */
import assert from "node:assert/strict";
import type { Host } from "../../../lib/command/host.ts";
import { main } from "../../../lib/cli/main.ts";
import { startDemoServer } from "../../../lib/tools/demo/demo_server.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const NAMES = ["a.example.test", "b.example.test"];
const UNIT = "vcm-test.service";

function fail(): never {
  throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
}

/** Doors of a host, and how each fails. */
const FAILS: Readonly<Record<string, () => Partial<Host>>> = {
  "standard error fails once": () => ({ err: once() }),
  "standard error fails always": () => ({ err: fail }),
  "the log file fails once": () => ({ openLog: () => once() }),
  "the log file fails always": () => ({ openLog: () => fail }),
  "both fail always": () => ({ err: fail, openLog: () => fail }),
};

function once(): () => void {
  let failed = false;
  return () => {
    if (failed) return;
    failed = true;
    fail();
  };
}

interface Bench {
  readonly directory: Directory;
  vcm(command: string, doors?: Partial<Host>): Promise<{ status: number; stdout: string }>;
}

async function withBench(settings: string, test: (bench: Bench) => Promise<void>): Promise<void> {
  const vault = await startDemoServer();
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("ssl"));
  directory.write("vcm.yaml", configuration(directory, vault.address, settings));
  const env = {
    VCM_CONFIG: directory.at("vcm.yaml"),
    VAULT_ROLE_ID: vault.roleId,
    VAULT_SECRET_ID: vault.secretId,
  };
  try {
    await test({
      directory,
      async vcm(command, doors = {}) {
        const host = fakeHost({ env, now: new Date(), doors });
        const status = await main(command.split(" "), host);
        return { status, stdout: host.stdout() };
      },
    });
  } finally {
    await vault.close();
  }
}

function configuration(directory: Directory, address: string, settings: string): string {
  const certs = NAMES.map((name) =>
    `  - name: "${name}"
    deploy:
      - fullchain: "${directory.at(`ssl/${name}.crt`)}"
      - privkey: "${directory.at(`ssl/${name}.key`)}"
        mode: "0600"
${settings}`
  );
  return `config:
  vault: "${address}"
  pki: pki
  role: web
  renew: 10d
  cert_store: "${directory.at("store")}"
  log_file: "${directory.at("vcm.log")}"
certs:
${certs.join("")}`;
}

function assertDeployed({ directory }: Bench): void {
  for (const name of NAMES) {
    assert.equal(directory.read(`ssl/${name}.crt`), directory.read(`store/${name}/fullchain.pem`));
    assert.equal(directory.read(`ssl/${name}.key`), directory.read(`store/${name}/privkey.pem`));
  }
}

for (const [how, doors] of Object.entries(FAILS)) {
  Deno.test(`run issues and deploys all if ${how}`, () =>
    withBench("", async (bench) => {
      assert.deepEqual(await bench.vcm("run", doors()), {
        status: 0,
        stdout: "Done: 2 issued, 4 files deployed, 0 service actions; 0 failed, 0 skipped\n",
      });
      assertDeployed(bench);
    }));

  Deno.test(`the action of a service stays pending if ${how}`, () =>
    withBench(`    service: [{name: ${UNIT}, control: reload}]\n`, async (bench) => {
      assert.equal((await bench.vcm("issue")).status, 0);
      assert.deepEqual(await bench.vcm("deploy", doors()), {
        status: 0,
        stdout: "Done: 0 issued, 4 files deployed, 0 service actions; 0 failed, 0 skipped\n",
      });
      assertDeployed(bench);
      assert.ok(bench.directory.tree().includes(`store/.pending/${UNIT}`));
    }));
}
