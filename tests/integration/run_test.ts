/** The main job by the whole program, against a real OpenBao. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { testsNeeding } from "../support/tests_needing.ts";
import { CUT_PEM } from "../support/fixtures.ts";
import { modeOf } from "../support/rig.ts";
import {
  assertNoSecret,
  assertWell,
  type Bench,
  certificate,
  makeBench,
  NAME,
  snapshot,
} from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function stored({ directory }: Bench, name = NAME): X509Certificate {
  return new X509Certificate(directory.read(`store/${name}/cert.pem`));
}

function count(pem: string): number {
  return pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
}

test("vcm does the main job", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const audit = () => Deno.readTextFile(bao.auditFile ?? "");

    await t.step("a second run asks the server nothing and touches nothing", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      const [before, asked] = [snapshot(bench.directory), await audit()];
      const said = await bench.vcm(["run"], env);
      assertWell(said);
      assert.deepEqual([said.out, said.err], ["Nothing to do: 1 certificate in order\n", ""]);
      assert.equal(await audit(), asked);
      assert.deepEqual(snapshot(bench.directory), before);
      assert.equal((await bench.vcm(["check"])).status, 0);
      assertNoSecret(bench, login.secretId);
    });

    await t.step("files have their modes, and each ends with a newline", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      const { directory } = bench;
      assert.deepEqual([modeOf(directory.at("store")), modeOf(directory.at(`store/${NAME}`))], [
        "700",
        "700",
      ]);
      for (const what of ["cert", "chain", "fullchain", "privkey"]) {
        assert.equal(modeOf(directory.at(`store/${NAME}/${what}.pem`)), "600");
        assert.match(directory.read(`store/${NAME}/${what}.pem`), /-----END [A-Z ]+-----\n$/);
      }
      assert.deepEqual(
        [modeOf(directory.at(`ssl/${NAME}.crt`)), modeOf(directory.at(`ssl/${NAME}.key`))],
        [
          "644",
          "600",
        ],
      );
      // Leaf and intermediate; the root is left out.
      assert.equal(count(directory.read(`store/${NAME}/chain.pem`)), 1);
      assert.equal(count(directory.read(`store/${NAME}/fullchain.pem`)), 2);
    });

    await t.step("a name that is added leads to another certificate, and to no third", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      const first = stored(bench);
      const names = 'dns_sans: ["api.example.test"]\nip_sans: ["10.1.1.20", "2001:db8::1"]';
      bench.configure(settings(bao), certificate(bench.directory, NAME, names));
      assert.match((await bench.vcm(["plan"])).out, /api\.example\.test/);
      assertWell(await bench.vcm(["run"], env));
      const second = stored(bench);
      assert.notEqual(second.serialNumber, first.serialNumber);
      assert.match(second.subjectAltName ?? "", /DNS:api\.example\.test/);
      const said = await bench.vcm(["run"], env);
      assert.equal(said.out, "Nothing to do: 1 certificate in order\n");
      assert.equal(stored(bench).serialNumber, second.serialNumber);
    });

    await t.step("the ttl is that of the file, in each of its forms", async () => {
      for (
        const [ttl, seconds] of [["30d", 2_592_000], ["2w1d", 1_296_000], ["1296000", 1_296_000]]
      ) {
        using bench = makeBench();
        bench.configure(settings(bao), certificate(bench.directory, NAME, `ttl: "${ttl}"`));
        assertWell(await bench.vcm(["run"], env));
        const { validTo } = stored(bench);
        const left = (Date.parse(validTo) - Date.now()) / 1000;
        assert.ok(Math.abs(left - Number(seconds)) < 60, `${ttl}: ${left} s`);
      }
    });

    await t.step("a wildcard is a name, a directory and a file", async () => {
      using bench = makeBench();
      const name = "*.apps.example.test";
      bench.configure(settings(bao), certificate(bench.directory, name));
      assertWell(await bench.vcm(["run"], env));
      assert.equal(stored(bench, name).subjectAltName, `DNS:${name}`);
      assert.ok(bench.directory.tree().includes(`ssl/${name}.key`));
      assert.equal((await bench.vcm(["run"], env)).out, "Nothing to do: 1 certificate in order\n");
    });

    await t.step("below a root the chain is empty, and fullchain is the leaf", async () => {
      using bench = makeBench();
      const chain = `${certificate(bench.directory, NAME, 'pki: "pki_self"')}      - chain: "${
        bench.directory.at("ssl/chain.pem")
      }"\n`;
      bench.configure(settings(bao), chain);
      assertWell(await bench.vcm(["run"], env));
      const { directory } = bench;
      assert.equal(directory.read(`store/${NAME}/chain.pem`), "");
      assert.equal(directory.read("ssl/chain.pem"), "");
      assert.equal(directory.read(`ssl/${NAME}.crt`), directory.read(`store/${NAME}/cert.pem`));
      assert.equal((await bench.vcm(["run"], env)).out, "Nothing to do: 1 certificate in order\n");
    });

    await t.step("RSA and EC certificates of one name live side by side", async () => {
      using bench = makeBench();
      const rsa = `common_name: "${NAME}"\nrole: "rsa"`;
      bench.configure(
        settings(bao),
        certificate(bench.directory) + certificate(bench.directory, "web-rsa", rsa),
      );
      assertWell(await bench.vcm(["run"], env));
      assert.equal(stored(bench).publicKey.asymmetricKeyType, "ec");
      assert.equal(stored(bench, "web-rsa").publicKey.asymmetricKeyType, "rsa");
      assert.equal(stored(bench, "web-rsa").subject, `CN=${NAME}`);
      const said = await bench.vcm(["run"], env);
      assert.equal(said.out, "Nothing to do: 2 certificates in order\n");
    });

    await t.step("damaged files are restored from the store, without the server", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      const { directory } = bench;
      const serial = stored(bench).serialNumber;
      directory.write(`ssl/${NAME}.crt`, CUT_PEM);
      Deno.chmodSync(directory.at(`ssl/${NAME}.key`), 0o644);
      const asked = await audit();
      assert.equal((await bench.vcm(["check"])).status, 1);
      const said = await bench.vcm(["run"], {});
      assertWell(said);
      assert.match(said.out, /^Done: 0 issued, 2 files deployed/);
      assert.equal(await audit(), asked);
      assert.equal(stored(bench).serialNumber, serial);
      assert.equal(modeOf(directory.at(`ssl/${NAME}.key`)), "600");
      assertNoSecret(bench, login.secretId);
    });

    await t.step("an interrupted switch is completed, with no certificate issued", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      const { directory } = bench;
      const serial = stored(bench).serialNumber;
      Deno.renameSync(directory.at(`store/${NAME}`), directory.at(`store/.new-${NAME}`));
      directory.write(`store/.old-${NAME}/cert.pem`, "old\n");
      directory.write(`ssl/.${NAME}.key.vcm-new`, "half\n");
      const asked = await audit();
      assertWell(await bench.vcm(["run"], {}));
      assert.equal(await audit(), asked);
      assert.equal(stored(bench).serialNumber, serial);
      assert.deepEqual(directory.tree().filter((name) => /\/\.(?!lock)/.test(name)), []);
    });
  }));

test("a store that an older tool with the same layout filled is used", () =>
  withServer({ audit: true }, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    const body = { common_name: NAME, ttl: "720h" };
    const data = (await bao.api("POST", "pki/issue/web", body)).body.data ?? {};
    const chain = (data["ca_chain"] as string[]).join("\n");
    assert.equal(count(chain), 2, "with the root");
    directory.write(`store/${NAME}/cert.pem`, String(data["certificate"]), 0o644);
    directory.write(`store/${NAME}/chain.pem`, chain, 0o644);
    directory.write(`store/${NAME}/fullchain.pem`, `${data["certificate"]}\n${chain}`, 0o644);
    directory.write(`store/${NAME}/privkey.pem`, String(data["private_key"]));
    bench.configure(settings(bao), certificate(directory));
    const asked = await Deno.readTextFile(bao.auditFile ?? "");
    const said = await bench.vcm(["run"], {});
    assertWell(said);
    assert.match(said.out, /^Done: 0 issued, 2 files deployed/);
    assert.equal(directory.read(`ssl/${NAME}.crt`), directory.read(`store/${NAME}/fullchain.pem`));
    assert.equal((await bench.vcm(["run"], {})).out, "Nothing to do: 1 certificate in order\n");
    assert.equal(await Deno.readTextFile(bao.auditFile ?? ""), asked);
    assertNoSecret(bench, String(data["private_key"]));
  }));
