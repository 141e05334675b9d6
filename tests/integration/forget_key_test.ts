/** `vcm revoke --forget-key` against a real OpenBao. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertNoSecret, assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { has, RECORD, serialOf, withBegun } from "./begun_revocation.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

test("vcm revoke --forget-key removes the key at once, and lists the remaining copies", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    const { directory } = bench;
    const more = "keep: 2\nkey: local\nreuse_key: true";
    bench.configure(settings(bao), certificate(directory, NAME, more));
    assertWell(await bench.vcm(["run"], env));
    assertWell(await bench.vcm(["issue", "--force"], env));
    const [key, serial] = [directory.read(`ssl/${NAME}.key`), serialOf(bench)];
    assert.equal(directory.read(`store/${NAME}/privkey.pem`), key);
    const questions: string[] = [];
    const { status, out } = await bench.vcm(
      ["revoke", "--forget-key", NAME],
      env,
      (question) => questions.push(question) > 0,
    );
    assert.match(questions.join(), / Its private key is removed from the store and its archive\.$/);
    assert.deepEqual([status, out], [
      0,
      `${NAME}: revoked, serial ${serial}; its files are in "${
        directory.at(`store/archive/${NAME}/${serial}`)
      }", without the private key; until the next run the key is still in "${
        directory.at(`ssl/${NAME}.key`)
      }"; the next run issues a new one\n`,
    ]);
    // The earlier set had the same key.
    const keys = directory.tree().filter((path) => /^store\/.*privkey/.test(path));
    assert.deepEqual(keys, []);
    assert.ok(has(bench, `store/archive/${NAME}/${serial}/cert.pem`));
    assertWell(await bench.vcm(["run"], env));
    assert.notEqual(directory.read(`ssl/${NAME}.key`), key);
    assert.equal(
      directory.tree().some((path) => !path.endsWith("/") && directory.read(path) === key),
      false,
    );
    assertNoSecret(bench, bao.token);
  }));

test("a --forget-key that is interrupted is finished, and may be asked for afterwards", async () => {
  await withBegun(
    async ({ bench, env }) => {
      const key = bench.directory.read(`store/${NAME}/privkey.pem`);
      assertWell(await bench.vcm(["run"], env));
      const paths = bench.directory.tree().filter((path) => path.endsWith("privkey.pem"));
      assert.deepEqual(paths, [`store/${NAME}/privkey.pem`]);
      assert.notEqual(bench.directory.read(paths[0] ?? ""), key);
    },
    "keep: 2",
    "--forget-key",
  );
  await withBegun(async ({ bench, env }) => {
    assertWell(await bench.vcm(["revoke", "--yes", "--forget-key", NAME], env));
    assert.deepEqual(bench.directory.tree().filter((path) => path.endsWith("privkey.pem")), []);
  }, "keep: 2");
});

test("a key that is being forgotten is in no set that is issued meanwhile", async () => {
  const lose: Readonly<Record<string, (path: string) => void>> = {
    "nothing is lost": () => {},
    "cert.pem is lost": (path) => Deno.removeSync(`${path}/cert.pem`),
    "cert.pem is damaged": (path) => Deno.writeTextFileSync(`${path}/cert.pem`, "x"),
    "cert.pem is empty": (path) => Deno.writeTextFileSync(`${path}/cert.pem`, ""),
  };
  for (const [what, damage] of Object.entries(lose)) {
    await withBegun(
      async ({ bench, bao, env }) => {
        const { directory } = bench;
        const key = directory.read(`store/${NAME}/privkey.pem`);
        damage(directory.at(`store/${NAME}`));
        // The server issues, and still answers no revocation.
        const body = JSON.stringify({ errors: ["no"] });
        await using front = startFront(
          bao,
          (path) => path.endsWith("/revoke") ? new Response(body, { status: 500 }) : undefined,
        );
        const down = { ...env, VAULT_ADDR: front.address, VAULT_MAX_RETRIES: "0" };
        assert.equal((await bench.vcm(["run"], down)).status, 1);
        assert.ok(has(bench, RECORD), what);
        assert.notEqual(directory.read(`store/${NAME}/privkey.pem`), key, what);
        assertWell(await bench.vcm(["run"], env));
        assert.notEqual(directory.read(`ssl/${NAME}.key`), key, what);
        const left = directory.tree().filter((path) =>
          !path.endsWith("/") && directory.read(path) === key
        );
        assert.deepEqual(left, [], what);
      },
      "keep: 2\nkey: local\nreuse_key: true",
      "--forget-key",
    );
  }
});

test("a set behind a symbolic link is not VCM's, and --forget-key says so", async () => {
  for (const line of [["run"], ["revoke", "--yes", NAME]]) {
    await withBegun(
      async ({ bench, env }) => {
        const { directory } = bench;
        Deno.renameSync(directory.at(`store/${NAME}`), directory.at("set"));
        Deno.symlinkSync(directory.at("set"), directory.at(`store/${NAME}`));
        const { status, out, err } = await bench.vcm(line, env);
        assert.equal(status, 0, out + err);
        assert.match(out + err, /symbolic link to .*remove/);
        assert.ok(out.includes(directory.at("set")) || err.includes(directory.at("set")));
        assert.ok(has(bench, "set/privkey.pem"));
      },
      "",
      "--forget-key",
    );
  }
});

test("--forget-key after a revocation names the keys that are left in the archive", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], env));
    const serial = serialOf(bench);
    assertWell(await bench.vcm(["revoke", "--yes", NAME], env));
    const { status, err } = await bench.vcm(["revoke", "--yes", "--forget-key", NAME], env);
    const key = bench.directory.at(`store/archive/${NAME}/${serial}/privkey.pem`);
    assert.deepEqual([status, err], [
      1,
      `failed  ${NAME}: There is no certificate in the store; to remove the keys of its archived ` +
      `sets: rm ${key}\n`,
    ]);
  }));
