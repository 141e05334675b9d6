/** `vcm revoke` against a real OpenBao. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import type { OpenBao } from "../support/openbao.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { modeOf } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function serialOf({ directory }: Bench): string {
  return parseCertificate(directory.read(`store/${NAME}/cert.pem`)).serial;
}

async function isRevoked(bao: OpenBao, serial: string): Promise<boolean> {
  const { body } = await bao.api("GET", `pki/cert/${serial}`);
  return Number(body.data?.["revocation_time"]) > 0;
}

test("vcm revoke revokes a certificate, and the next run issues a new one", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], env));
    const serial = serialOf(bench);
    const heard = listen(bao);

    await t.step("not without a question, or --yes", async () => {
      const { status, err } = await bench.vcm(["revoke", NAME], env);
      assert.equal(status, 2);
      assert.equal(
        err,
        "error: No terminal to ask on: pass --yes to revoke without a question\n" +
          'See "vcm revoke --help"\n',
      );
      const unnamed = await bench.vcm(["revoke", "--yes"], env);
      assert.equal(unnamed.status, 2);
      assert.match(unnamed.err, /^error: "vcm revoke" needs the name of a certificate\n/);
      assert.deepEqual(heard(), []);
    });

    await t.step("a no is a no", async () => {
      const questions: string[] = [];
      const { status, err } = await bench.vcm(["revoke", NAME], env, (question) => {
        questions.push(question);
        return false;
      });
      assert.deepEqual([status, err], [1, `failed  ${NAME}: Not revoked\n`]);
      assert.match(
        questions.join(),
        /^Revoke "web\.example\.test" \(serial [0-9a-f:]+, issued by "Test Intermediate", valid until 20.* UTC\)\? Peers/,
      );
      assert.deepEqual(heard(), []);
    });

    await t.step("the policy has to allow it", async () => {
      const { status, err } = await bench.vcm(["revoke", NAME, "--yes"], env);
      assert.equal(status, 1);
      assert.ok(err.includes('path "pki/revoke" { capabilities = ["update"] }'), err);
      assert.equal(serialOf(bench), serial);
    });

    await t.step("the set goes to the archive, as it was", async () => {
      const key = bench.directory.read(`store/${NAME}/privkey.pem`);
      const { status, out } = await bench.vcm(
        ["revoke", NAME],
        { VAULT_TOKEN: bao.token },
        () => true,
      );
      const archive = `store/archive/${NAME}/${serial}`;
      assert.deepEqual([status, out], [
        0,
        `${NAME}: revoked, serial ${serial}; its files are in "${
          bench.directory.at(archive)
        }"; the ` +
        "next run issues a new one and removes these files\n",
      ]);
      assert.equal(await isRevoked(bao, serial), true);
      assert.equal(bench.directory.read(`${archive}/privkey.pem`), key);
      for (const directory of ["store/archive", `store/archive/${NAME}`, archive]) {
        assert.equal(modeOf(bench.directory.at(directory)), "700");
      }
      assert.equal(modeOf(bench.directory.at(`${archive}/privkey.pem`)), "600");
      assertNoSecret(bench, login.secretId);
    });

    await t.step("what is no longer there cannot be revoked", async () => {
      const { status, err } = await bench.vcm(["revoke", NAME, "--yes"], env);
      assert.deepEqual([status, err], [
        1,
        `failed  ${NAME}: There is no certificate in the store\n`,
      ]);
    });

    await t.step("check reports it as missing, and the next run issues a new one", async () => {
      assert.equal((await bench.vcm(["check"])).status, 2);
      assertWell(await bench.vcm(["run"], env));
      assert.notEqual(serialOf(bench), serial);
      // "keep" is 0.
      assert.deepEqual(bench.directory.tree().filter((path) => path.includes(serial)), []);
      assert.equal((await bench.vcm(["check"])).status, 0);
    });

    await t.step("one that another server issued stays where it is", async () => {
      await withServer({}, async (other) => {
        bench.configure(settings(other.bao), certificate(bench.directory));
        const { status, err } = await bench.vcm(["revoke", NAME, "--yes"], {
          VAULT_TOKEN: other.bao.token,
        });
        assert.equal(status, 1);
        assert.match(
          err,
          /\(400: certificate with serial .* not found\.\); check that it was issued at the mount/,
        );
        assert.ok(bench.directory.tree().includes(`store/${NAME}/cert.pem`));
      });
    });

    await t.step("as data", async () => {
      bench.configure(settings(bao), certificate(bench.directory));
      const said = await bench.vcm(["revoke", NAME, "--yes", "--json"], { VAULT_TOKEN: bao.token });
      assert.equal(JSON.parse(said.out).results[0].done, true);
      assert.deepEqual(outputMistakes("revoke", said.out), []);
    });
  }));
