/** `examine()`: mounts, their issuers, and how long their authorities live. */
import assert from "node:assert/strict";
import { after, DAY, makeSpec } from "../../../support/fixtures.ts";
import { makeAuthority } from "../../../support/fixtures_pki.ts";
import { CA_LINE, examineAt, startWell } from "./doctor_bench.ts";
import { enveloped, FORBIDDEN, SEALED } from "../../vault/recorded_answers.ts";
import type { Scripted } from "../../vault/scripted_server.ts";
import { TOKEN } from "../../vault/access_fixtures.ts";

const CA = "pki/cert/ca";
const ISSUER = "pki/issuer/new/json";

/** Answers with an authority that ends so many days after `NOW`. */
async function endingIn(days: number): Promise<Scripted> {
  const { pem } = await makeAuthority("Example CA", { notAfter: after(days * DAY) });
  return enveloped({ certificate: pem });
}

/** The check results of mounts, if these paths are answered so. */
async function foundWith(
  answers: Readonly<Record<string, Scripted>>,
  ...desired: readonly Parameters<typeof makeSpec>[0][]
): Promise<readonly string[]> {
  await using server = startWell(answers);
  const specs = desired.map((desired) => makeSpec({ pki: "pki", ...desired }));
  const { lines } = await examineAt([server.address], { specs });
  return lines.filter((line) => /^\w+ \S+\/(?:cert\/ca|json): /.test(line));
}

Deno.test("examine() looks at each mount and each issuer once", async () => {
  const answers = { [ISSUER]: await endingIn(100), "team/pki/cert/ca": await endingIn(200) };
  await using server = startWell(answers);
  const specs = [
    { name: "a" },
    { name: "b", role: "other" },
    { name: "c", issuerRef: "new" },
    { name: "d", issuerRef: "new" },
    { name: "e", pki: "team/pki" },
  ].map((desired) => makeSpec({ pki: "pki", ...desired }));
  const { lines } = await examineAt([server.address], { specs });
  assert.deepEqual(lines.slice(3, 6), [
    CA_LINE,
    "ok pki/issuer/new/json: the CA is valid until 2027-03-11 10:00 UTC",
    "ok team/pki/cert/ca: the CA is valid until 2027-06-19 10:00 UTC",
  ]);
  const asked = server.calls().filter((call) => /\/ca$|\/json$/.test(call));
  assert.deepEqual(asked, [`GET ${CA}`, `GET ${ISSUER}`, "GET team/pki/cert/ca"]);
});

Deno.test("examine() warns of a ttl that goes beyond the end of the CA", async () => {
  const answers = { [CA]: await endingIn(30) };
  const fits = "ok pki/cert/ca: the CA is valid until 2026-12-31 10:00 UTC";
  assert.deepEqual(await foundWith(answers, { name: "a", ttl: 30 * DAY }, { name: "b" }), [fits]);
  const desired = [{ name: "a" }, { name: "b", ttl: 30 * DAY + 1 }, { name: "c", ttl: 90 * DAY }];
  assert.deepEqual(await foundWith(answers, ...desired), [
    'warning pki/cert/ca: the CA expires 2026-12-31 10:00 UTC, but "b" asks for 30d: the server ' +
    'refuses that unless the issuer shortens it | lower "ttl", or renew the CA; to ' +
    "look at it: bao read pki/cert/ca",
  ]);
});

const CHAIN = "pki/cert/ca_chain";
const refused = (path: string) =>
  ": peers reject certificates that it issues | renew that CA at the server; to look at it: bao " +
  `read ${path}`;

Deno.test("examine() calls an ended CA a problem, at each mount and issuer", async () => {
  const line = (path: string) =>
    `problem ${path}: the CA "Example CA" expired 2026-11-30 10:00 UTC`;
  assert.deepEqual(await foundWith({ [CA]: await endingIn(-1) }, { ttl: DAY }), [
    line(CA) + refused(CA),
  ]);
  const issuer = { [ISSUER]: await endingIn(-1) };
  assert.deepEqual(await foundWith(issuer, { issuerRef: "new" }), [line(ISSUER) + refused(ISSUER)]);
});

Deno.test("examine() sees an ended root above a CA, unless a path past it is valid", async () => {
  const root = await makeAuthority("Root");
  const ended = await makeAuthority("Root", { keysOf: root, notAfter: after(-DAY) });
  const { pem } = await makeAuthority("Middle", { issuer: root });
  const certificate = { [CA]: enveloped({ certificate: pem }) };
  const line = (path: string) =>
    `problem ${path}: the CA "Root" expired 2026-11-30 10:00 UTC${refused(path)}`;
  const fine = "ok pki/cert/ca: the CA is valid until 2027-01-30 00:00 UTC";
  const chains: [Scripted, string][] = [
    [enveloped({ ca_chain: `${pem}\n${ended.pem}` }), line(CA)],
    [enveloped({ certificate: `${pem}\n${ended.pem}` }), line(CA)],
    [enveloped({ ca_chain: `${pem}\n${ended.pem}\n${root.pem}` }), fine],
    [enveloped({ ca_chain: pem }), fine],
    [enveloped({}), fine],
    [{ status: 404, body: { errors: [] } }, fine],
    [FORBIDDEN, fine],
  ];
  for (const [answer, expected] of chains) {
    assert.deepEqual(await foundWith({ ...certificate, [CHAIN]: answer }, {}), [expected]);
  }
  const named = enveloped({ certificate: pem, ca_chain: [pem, ended.pem] });
  assert.deepEqual(await foundWith({ [ISSUER]: named }, { issuerRef: "new" }), [line(ISSUER)]);
});

Deno.test("examine() asks for a look at the clock if a CA is not valid yet", async () => {
  const dates = { notBefore: after(DAY), notAfter: after(9 * DAY) };
  const { pem } = await makeAuthority("Example CA", dates);
  assert.deepEqual(await foundWith({ [CA]: enveloped({ certificate: pem }) }, {}), [
    'problem pki/cert/ca: the CA "Example CA" is valid only from 2026-12-02 10:00 UTC: peers ' +
    "reject certificates that it issues | compare this host's clock with " +
    "the " +
    "server's: date -u",
  ]);
});

Deno.test("examine() says if no PKI engine answers, or no such issuer", async () => {
  const none = (path: string, issuer = "") =>
    `problem ${path}: no PKI secrets engine answers there (check "pki")${issuer}: "A" has nothing ` +
    "at " +
    `"${path}" (404: no reason given); check that "pki: pki" is the path of a PKI secrets engine`;
  const absent = { status: 404, body: { errors: [] } };
  assert.deepEqual(await foundWith({ [CA]: absent }, {}), [none(CA)]);
  const noIssuer = ', or it has no such issuer (check "issuer_ref")';
  assert.deepEqual(await foundWith({ [ISSUER]: absent }, { issuerRef: "new" }), [
    none(ISSUER, noIssuer),
  ]);
  const [forbidden = ""] = await foundWith({ [CA]: FORBIDDEN }, {});
  const start = 'problem pki/cert/ca: no PKI secrets engine answers there (check "pki"): "A" ' +
    'denied "read" on ' +
    '"pki/cert/ca" (403: 1 error occurred: * permission denied); ';
  assert.ok(forbidden.startsWith(start), forbidden);
});

Deno.test("examine() goes on if a mount answers without a certificate", async () => {
  for (const data of [null, {}, { certificate: "" }, { certificate: "garbage" }, { keys: [] }]) {
    await using server = startWell({ [CA]: enveloped(data) });
    const { lines } = await examineAt([server.address]);
    assert.match(lines[3] ?? "", /^problem pki\/cert\/ca: \S/);
    assert.deepEqual(lines.slice(4), [
      'ok pki/issue/web: the policy allows "update"',
      "ok pki/roles/web: allows what the file asks for",
    ]);
  }
});

Deno.test("examine() shows no secret and no control character of what a mount answers", async () => {
  const errors = [`echo \x1b[31m${TOKEN}\nok`];
  const [line] = await foundWith({ [CA]: { status: 500, body: { errors } } }, {});
  assert.ok(line?.endsWith('refused "pki/cert/ca" (500: echo [31m[redacted] ok)'), line);
});

Deno.test("examine() reports a server that is sealed meanwhile", async () => {
  const [line] = await foundWith({ [CA]: SEALED }, {});
  assert.ok(line?.endsWith('"A" is sealed or not ready (503); unseal it first'), line);
});
