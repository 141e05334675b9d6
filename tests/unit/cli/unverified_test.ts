/** A server that nobody verifies is warned of on every run, also where there is nothing to do. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost, type FakeHostOptions } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";

const WARNING = "https://vault.test:8200: its TLS certificate is not verified " +
  "(vault_ssl_verify: false); anyone on the network path can read tokens and keys";
const NOTHING = "Nothing to do: 1 certificate in order\n";

/** A site in order whose file verifies no server, or as the line says; without net. */
function unverifiedTest(
  name: string,
  fn: (site: Site) => Promise<void>,
  verify = "vault_ssl_verify: false",
): void {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSiteInOrder();
      const text = await Deno.readTextFile(site.config);
      const more = `  vault: https://vault.test:8200\n  ${verify}\n  log_file: FOLDER/vcm.log\n`;
      await site.configure(text.replace("certs:\n", `${more}certs:\n`));
      await fn(site);
    },
  });
}

async function run({ config, path }: Site, line: string, env: FakeHostOptions["env"] = {}) {
  const host = fakeHost({ env: { VCM_CONFIG: config, ...env } });
  const status = await main(line.split(" "), host);
  const log = host.appended.get(path("vcm.log")) ?? "";
  return { status, stdout: host.stdout(), stderr: host.stderr(), log };
}

unverifiedTest("a run with nothing to do warns that nobody verifies the server", async (site) => {
  for (const command of ["run", "issue", "deploy", "restart"]) {
    assert.deepEqual(await run(site, command), {
      status: 0,
      stdout: NOTHING,
      stderr: `warning: ${WARNING}\n`,
      log: `2026-12-01T10:00:00.000Z warning ${WARNING}\n`,
    });
    const quiet = await run(site, `${command} --quiet`);
    assert.deepEqual([quiet.status, quiet.stdout, quiet.stderr], [0, "", `warning: ${WARNING}\n`]);
  }
});

unverifiedTest("check and plan, which ask no server, do not warn of it", async (site) => {
  for (const command of ["check", "plan", "run --dry-run"]) {
    const { status, stderr, log } = await run(site, command);
    assert.deepEqual([status, stderr, log], [0, "", ""], command);
  }
});

unverifiedTest("what a variable lets verify is not warned of", async (site) => {
  for (const env of [{ VAULT_CACERT: "/ca.pem" }, { VAULT_SKIP_VERIFY: "false" }]) {
    assert.equal((await run(site, "run", env)).stderr, "");
  }
});

unverifiedTest("a socket, which has no certificate, is not warned of", async (site) => {
  const address = "unix:///run/vault-agent.sock";
  assert.equal((await run(site, "run", { VAULT_ADDR: address })).stderr, "");
  const text = await Deno.readTextFile(site.config);
  await site.configure(
    text.replace("vault: ", `vault: ["${address}", `).replace(":8200", ":8200]"),
  );
  assert.equal((await run(site, "run")).stderr, `warning: ${WARNING}\n`);
});

unverifiedTest("a variable that lets nobody verify is warned of too", async (site) => {
  for (const name of ["VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY"]) {
    const { status, stdout, stderr } = await run(site, "run", { [name]: "1" });
    const warning = WARNING.replace("vault_ssl_verify: false", name);
    assert.deepEqual([status, stdout, stderr], [0, NOTHING, `warning: ${warning}\n`]);
  }
}, "vault_ssl_verify: true");

unverifiedTest("a server that is verified is not warned of", async (site) => {
  assert.deepEqual(await run(site, "run"), { status: 0, stdout: NOTHING, stderr: "", log: "" });
}, "vault_ssl_verify: true");
