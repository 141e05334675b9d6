/** `vcm plan` tells if a run could not ask the server for what it plans. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { readRegularFile } from "../../../lib/host/regular_file.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSite, makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";

const SERVER = 'vault: "https://vault.test:8200"';
const NO_LOGIN = 'No login method for Vault is configured: set VAULT_TOKEN, "token_file", ' +
  'VAULT_ROLE_ID and VAULT_SECRET_ID, or "auth" under "config"';

function configuration(settings: string, names: readonly string[] = ["a.test"]): string {
  const certs = names.map((name) => `  - {name: ${name}, deploy: [{cert: FOLDER/${name}.crt}]}\n`);
  return `config: {pki: pki, role: web, cert_store: FOLDER/store, ${settings}}
certs:
${certs.join("")}`;
}

async function look(site: Site, line: string, env: Readonly<Record<string, string>> = {}) {
  const doors = { read: readRegularFile, uid: () => Deno.uid() ?? 0 };
  const host = fakeHost({ env: { VCM_CONFIG: site.config, ...env }, doors });
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

Deno.test("a plan to issue warns if no login is configured, as data and quietly too", async () => {
  await using site = await makeSite(configuration(SERVER));
  const warning = `warning: A run in this environment cannot issue a.test: ${NO_LOGIN}\n`;
  for (const line of ["plan", "run --dry-run", "plan --json", "plan --quiet"]) {
    const { status, stdout, stderr } = await look(site, line);
    assert.deepEqual([status, stderr], [0, warning], line);
    assert.equal(stdout.includes("a.test"), !line.includes("--quiet"), line);
  }
  assert.deepEqual((await look(site, "plan", { VAULT_TOKEN: "s.token" })).stderr, "");
  // They tell how the certificates are, not what a run would do.
  for (const line of ["check", "status"]) assert.equal((await look(site, line)).stderr, "", line);
});

Deno.test("it names what is missing, and the certificates once", async () => {
  const names = ["a.test", "b.test", "c.test", "d.test", "e.test"];
  const cases: [string, RegExp][] = [
    [`${SERVER}, token_file: "FOLDER/token"`, /FOLDER\/token/],
    [`${SERVER}, auth: {method: approle}`, /The AppRole has no role id: /],
    ["token_file: FOLDER/given", /: No Vault address: set "vault" /],
    [`${SERVER}, token_file: FOLDER/open`, /FOLDER\/open.*chmod/],
    [`${SERVER}, token_file: FOLDER/given, vault_ssl_verify: FOLDER/ca.pem`, /FOLDER\/ca\.pem/],
  ];
  for (const [settings, cause] of cases) {
    await using site = await makeSite(configuration(settings, names));
    Deno.writeTextFileSync(site.path("given"), "s.token\n", { mode: 0o600 });
    Deno.writeTextFileSync(site.path("open"), "s.token\n");
    Deno.chmodSync(site.path("open"), 0o644);
    const { stderr } = await look(site, "plan");
    const plain = stderr.replaceAll(site.directory, "FOLDER");
    const start =
      "warning: A run in this environment cannot issue a.test, b.test, c.test and 2 more: ";
    assert.ok(plain.startsWith(start), plain);
    assert.match(plain, cause);
    assert.equal(plain.split("\n").length, 2, "one line");
  }
});

Deno.test("a plan that asks the server for nothing needs no login", async () => {
  await using site = await makeSiteInOrder();
  assert.equal((await look(site, "plan")).stderr, "");
  await Deno.remove(site.path("web.crt"));
  const { stdout, stderr } = await look(site, "plan");
  assert.match(stdout, /1 file to deploy/);
  assert.equal(stderr, "");
});
