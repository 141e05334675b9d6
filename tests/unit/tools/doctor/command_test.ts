/** `vcm doctor` by its command line; what it finds is tests/unit/vault/doctor_test.ts. */
import assert from "node:assert/strict";
import { fakeHost, type FakeHostOptions } from "../../../support/fixtures_host.ts";
import { main } from "../../../../lib/cli/main.ts";
import { makeSite } from "../../../support/fixtures_site.ts";
import type { CheckResult } from "../../../../lib/report/check_result.ts";
import { isOfHost, withoutHost } from "../../../support/doctor_lines.ts";
import { assertFix, GOOD_ROLE, healthy, startWell } from "./doctor_bench.ts";
import { BAD_TOKEN, enveloped } from "../../vault/recorded_answers.ts";
import type { ScriptedServer } from "../../vault/scripted_server.ts";
import { assertNoSecret, TOKEN } from "../../vault/access_fixtures.ts";
import { outputMistakes } from "../../../support/output_validator.ts";

const CONFIG = `config: {pki: pki, role: web, cert_store: FOLDER/store, log_file: FOLDER/vcm.log}
certs:
  - {name: a.example.com, deploy: [{cert: FOLDER/a.crt}]}
  - {name: b.example.com, role: other, deploy: [{cert: FOLDER/b.crt}]}
`;

const LOGIN = "ok       login: with VAULT_TOKEN; policies: default, vcm; the token expires in " +
  "20m\n";

function withoutHostResults(stdout: string): { readonly results: readonly CheckResult[] } {
  const { results, ...rest } = JSON.parse(stdout);
  results.forEach(assertFix);
  const kept = results.filter((result: CheckResult) => !isOfHost(result));
  return { ...rest, results: kept };
}

/** Runs one command line against a server. No text may hold a secret, and nothing is written. */
async function run(server: ScriptedServer, line: string, options: FakeHostOptions = {}) {
  await using site = await makeSite(CONFIG);
  const env = {
    VCM_CONFIG: site.config,
    VAULT_ADDR: server.address,
    VAULT_TOKEN: TOKEN,
    VAULT_MAX_RETRIES: "0",
    ...options.env,
  };
  const host = fakeHost({ ...options, env });
  const status = await main(line.split(" "), host);
  assertNoSecret(host.stdout() + host.stderr());
  assert.equal(host.appended.size, 0);
  assert.deepEqual([...Deno.readDirSync(site.directory)].map(({ name }) => name), ["vcm.yaml"]);
  const text = host.stdout().replaceAll(server.address, "A");
  const stdout = text.startsWith("{") ? text : withoutHost(text);
  return { status, stdout, stderr: host.stderr().replaceAll(site.directory, "FOLDER") };
}

Deno.test("vcm doctor ends with 0 if all is well", async () => {
  await using server = startWell();
  assert.deepEqual(await run(server, "doctor"), {
    status: 0,
    stdout: "ok       A: version 2.6.2, initialized, unsealed, active\n" +
      "ok       clock of A: agrees with this host's clock\n" +
      LOGIN +
      "ok       pki/cert/ca: the CA is valid until 2036-01-01 00:00 UTC\n" +
      'ok       pki/issue/web: the policy allows "update"\n' +
      'ok       pki/issue/other: the policy allows "update"\n' +
      "ok       pki/roles/web: allows what the file asks for\n" +
      "ok       pki/roles/other: allows what the file asks for\n",
    stderr: "",
  });
});

Deno.test("vcm doctor ends with 0 if there is nothing but warnings", async () => {
  const health = healthy({ server_time_utc: 1 });
  await using server = startWell({ "sys/health": health });
  const { status, stdout } = await run(server, "doctor --quiet");
  assert.equal(status, 0);
  assert.match(stdout, /^warning {2}clock of A: this host is \d+d \d+h ahead\n {9}set this host's/);
});

Deno.test("vcm doctor ends with 1 if there is a problem", async () => {
  await using sealed = startWell({ "sys/health": healthy({ sealed: true }) });
  assert.deepEqual(await run(sealed, "doctor"), {
    status: 1,
    stdout: "problem  A: version 2.6.2, sealed\n         bao operator unseal\n",
    stderr: "",
  });
  await using wrong = startWell({ "auth/token/lookup-self": BAD_TOKEN });
  assert.equal((await run(wrong, "doctor")).status, 1);
});

Deno.test("vcm doctor --quiet says only what is wrong", async () => {
  await using well = startWell();
  assert.deepEqual(await run(well, "doctor --quiet"), { status: 0, stdout: "", stderr: "" });
  const role = enveloped({ ...GOOD_ROLE, key_type: "any" });
  await using server = startWell({ "pki/roles/other": role });
  assert.deepEqual(await run(server, "doctor --quiet"), {
    status: 1,
    stdout:
      "problem  pki/roles/other: b.example.com: the role has key_type=any, so it only signs " +
      "requests: set " +
      '"key: local"\n' +
      "         change the entry, or the role: bao patch pki/roles/other KEY=VALUE\n",
    stderr: "",
  });
});

Deno.test("vcm doctor looks at what the named certificates need, and no further", async () => {
  const role = enveloped({ ...GOOD_ROLE, key_type: "any" });
  await using server = startWell({ "pki/roles/other": role });
  const { status, stdout } = await run(server, "doctor a.example.com");
  assert.equal(status, 0);
  assert.equal(stdout.includes("other"), false);
  assert.equal(server.calls().some((call) => call.includes("other")), false);
  assert.equal((await run(server, "doctor b.example.com")).status, 1);
});

Deno.test("vcm doctor asks nothing for a name that the file does not have", async () => {
  await using server = startWell();
  assert.deepEqual(await run(server, "doctor c.example.com"), {
    status: 2,
    stdout: "",
    stderr:
      'error: No certificate "c.example.com" in "FOLDER/vcm.yaml"; did you mean "a.example.com"?\n' +
      'See "vcm doctor --help"\n',
  });
  assert.deepEqual(server.calls(), []);
});

Deno.test("vcm doctor --json prints data, all of it, also for the quiet", async () => {
  await using server = startWell({ "sys/health": healthy({ sealed: true }) });
  for (const line of ["doctor --json", "doctor --json --quiet"]) {
    const { status, stdout, stderr } = await run(server, line);
    assert.deepEqual([status, stderr], [1, ""]);
    assert.deepEqual(outputMistakes("doctor", stdout), []);
    assert.deepEqual(withoutHostResults(stdout), {
      layout: 1,
      results: [{
        verdict: "problem",
        subject: "A",
        detail: "version 2.6.2, sealed",
        remedy: "bao operator unseal",
      }],
    });
  }
  await using well = startWell();
  const { results } = withoutHostResults((await run(well, "doctor --json --quiet")).stdout);
  assert.equal(results.length, 8);
});

Deno.test("vcm doctor colours on a terminal only, and not against NO_COLOR", async () => {
  await using server = startWell();
  const first = async (line: string, options: FakeHostOptions) =>
    (await run(server, line, options)).stdout.slice(0, 10);
  const outIsTerminal = true;
  assert.equal(await first("doctor", { outIsTerminal }), "\x1b[32mok\x1b[0");
  assert.equal(await first("doctor --no-color", { outIsTerminal }), "ok       A");
  assert.equal(await first("doctor", { outIsTerminal, env: { NO_COLOR: "1" } }), "ok       A");
  assert.equal(await first("doctor", {}), "ok       A");
});

Deno.test("vcm doctor prints each check result as it is found", async () => {
  const printed: string[] = [];
  const seen: string[] = [];
  await using server = startWell({
    "auth/token/lookup-self": () => {
      seen.push(printed.join(""));
      return enveloped({ policies: ["vcm"], ttl: 60 });
    },
  });
  await run(server, "doctor", { doors: { out: (text) => void printed.push(text) } });
  assert.deepEqual(seen.map((text) => withoutHost(text.replaceAll(server.address, "A"))), [
    "ok       A: version 2.6.2, initialized, unsealed, active\n" +
    "ok       clock of A: agrees with this host's clock\n",
  ]);
});

Deno.test("vcm doctor shows the login's problem in place of a stack trace", async () => {
  await using server = startWell();
  const { status, stdout, stderr } = await run(server, "doctor", { env: { VAULT_TOKEN: "" } });
  assert.deepEqual([status, stderr], [1, ""]);
  assert.match(
    stdout,
    /\nproblem {2}login: No login method for Vault is configured: [^\n]*\n {9}set "auth" in /,
  );
});
