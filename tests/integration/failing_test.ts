/** What goes wrong: each certificate for itself, and nothing half, against a real OpenBao. */
import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assertNoSecret, assertWell, certificate, makeBench, NAME, snapshot } from "./bench.ts";
import { settings, withServer } from "./server.ts";
import { startOpenBao } from "../support/openbao.ts";

const test = await testsNeeding("openbao");

test("a certificate that its role denies does not stop the others", () =>
  withServer({}, async ({ bao, login }) => {
    using bench = makeBench();
    const { directory } = bench;
    bench.configure(
      settings(bao),
      certificate(directory, "denied.example.test", 'role: "denied"') + certificate(directory),
    );
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const { status, out } = await bench.vcm(["run"], env);
    assert.equal(status, 1);
    assert.equal(
      out,
      `failed  denied.example.test: "${bao.address}" refused "pki/issue/denied" (400: common name ` +
        "denied.example.test not allowed by this role); the role must have its domain in " +
        "allowed_domains, with allow_bare_domains=true for the domain itself and " +
        "allow_subdomains=true for a name below it (bao read pki/roles/denied); or use another " +
        "name\n" +
        "skipped  denied.example.test: no new certificate was issued\n" +
        "Done: 1 issued, 2 files deployed, 0 service actions; 1 failed, 1 skipped\n",
    );
    assert.ok(directory.tree().includes(`ssl/${NAME}.key`));
    assert.equal(directory.tree().some((name) => name.includes("denied")), false);
    assertNoSecret(bench, login.secretId);
  }));

test("blockers on disk stop only their own certificate", () =>
  withServer({}, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    directory.write("ssl/directory.example.test.key/file", "x");
    const owner = certificate(directory, "owner.example.test").replaceAll(
      'mode: "0600"',
      'mode: "0600"\n        owner: "no-such-account-here"',
    );
    bench.configure(
      settings(bao),
      certificate(directory, "directory.example.test") + owner + certificate(directory),
    );
    const { status, out } = await bench.vcm(["run"], { VAULT_TOKEN: bao.token });
    assert.equal(status, 1);
    const path = directory.at("ssl/directory.example.test.key");
    assert.ok(
      out.includes(`directory.example.test: "${path}" is a directory; remove it, or give the path`),
      out,
    );
    assert.match(out, /The owner "no-such-account-here" of ".*" does not exist on this host/);
    const deployed = directory.tree().filter((name) => /^ssl\/[^/]+$/.test(name));
    assert.deepEqual(deployed, [`ssl/${NAME}.crt`, `ssl/${NAME}.key`]);
  }));

test("a role that cuts the lifetime below the window: the window is capped, and reported", () =>
  withServer({}, async ({ bao }) => {
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory, NAME, 'role: "short"\nttl: "30d"'));
    const { status, err } = await bench.vcm(["run"], { VAULT_TOKEN: bao.token });
    assert.equal(status, 0);
    assert.match(err, /its renewal window of 10d covers its whole lifetime of 1h/);
    // It is no renewal on every run.
    const second = await bench.vcm(["run"], { VAULT_TOKEN: "no token that the server knows" });
    assert.equal(second.status, 0);
    assert.match(
      second.out,
      /^warning: web\.example\.test: its renewal window of 10d covers its whole lifetime of 1h; VCM renews it 20m 10s before its expiry\nNothing to do: 1 certificate in order\n$/,
    );
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

test("a sealed server says so, with exit status 1", async () => {
  await using bao = await startOpenBao({ sealed: true });
  for (const env of [{ VAULT_TOKEN: bao.token }, { VAULT_ROLE_ID: "a", VAULT_SECRET_ID: "b" }]) {
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    const { status, out } = await bench.vcm(["run"], { ...env, VAULT_MAX_RETRIES: "1" });
    assert.equal(status, 1);
    const message = `"${bao.address}" is sealed or not ready (503); unseal it first`;
    assert.ok(out.startsWith(`failed  ${NAME}: ${message}\n`), out);
  }
});

test("of two servers the sealed one is skipped", () =>
  withServer({}, async ({ bao, login }) => {
    await using sealed = await startOpenBao({ sealed: true });
    const appRole = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const env of [{ VAULT_TOKEN: bao.token }, appRole]) {
      using bench = makeBench();
      const both = settings(bao).replace(
        /^vault: .*$/m,
        `vault: ["${sealed.address}", "${bao.address}"]`,
      );
      bench.configure(both, certificate(bench.directory));
      const said = await bench.vcm(["run"], env);
      assertWell(said);
      assert.ok(said.err.includes(`issued by ${bao.address}`), said.err);
    }
  }));

test("a server that is down matters only if something is due", () =>
  withServer({}, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    const env = { VAULT_TOKEN: bao.token };
    bench.configure(settings(bao), certificate(directory));
    assertWell(await bench.vcm(["run"], env));
    const [before, files] = [snapshot(directory), snapshot(directory, true)];

    const down = `http://127.0.0.1:${freePort()}`;
    const nothing = await bench.vcm(["run"], { ...env, VAULT_ADDR: down });
    assertWell(nothing);
    assert.equal(nothing.out, "Nothing to do: 1 certificate in order\n");
    assert.deepEqual(snapshot(directory), before);

    bench.configure(settings(bao), certificate(directory, NAME, 'dns_sans: ["api.example.test"]'));
    const due = await bench.vcm(["run"], { ...env, VAULT_ADDR: down, VAULT_MAX_RETRIES: "1" });
    assert.equal(due.status, 1);
    assert.equal(
      due.out,
      `failed  ${NAME}: Cannot connect to "${down}": connection refused; is the server running?\n` +
        `skipped  ${NAME}: no new certificate was issued\n` +
        "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 1 skipped\n",
    );
    assert.deepEqual(snapshot(directory, true), files);
  }));

test("while another process holds the lock, a run ends with 75 and touches nothing", () =>
  withServer({}, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    bench.configure(settings(bao), certificate(directory));
    Deno.mkdirSync(directory.at("store"), { mode: 0o700 });
    const lock = directory.at("store/.lock");
    const code = "const f = Deno.openSync(Deno.args[0], { create: true, write: true }); " +
      'f.lockSync(true); console.log("held"); await Deno.stdin.read(new Uint8Array(1));';
    directory.write("hold.ts", code);
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", directory.at("hold.ts"), lock],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    const { status, err, out } = await bench.vcm(["run"], { VAULT_TOKEN: bao.token });
    assert.equal(status, 75);
    assert.equal(out, "");
    assert.match(
      err,
      new RegExp(
        `^error: Another run of vcm holds the lock "${lock}": process ${holder.pid}, ".*", since ` +
          `20.* UTC; try again when that run has ended, or wait for it with "--wait 30s"
$`,
      ),
    );
    assert.equal((await bench.vcm(["check"])).status, 2, "to look needs no lock");
    assert.deepEqual(directory.tree(), ["hold.ts", "ssl/", "store/", "store/.lock", "vcm.yaml"]);
    // A process that is killed leaves no lock behind.
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    await holder.stdin.close().catch(() => {});
    await waitUntil("the lock is free", 60, async () => {
      const said = await bench.vcm(["run"], { VAULT_TOKEN: bao.token });
      return said.status === 0 || undefined;
    });
  }));
