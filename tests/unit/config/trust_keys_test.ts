/** The entries of `trust`. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

pureTest("parseConfig() reads a bundle and CRLs, with one source or several", async () => {
  const { trust } = await parseConfig(
    `config: {window: "02:00-04:00"}
certs: []
trust:
  - {name: ca, ca_bundle: /pki/, refresh: 12h, deploy: [{ca: /a, mode: 0640}], service: [{name: n}]}
  - {name: crl, crl: [pki, pki/issuer/two], deploy: [{source: crl, dest: /b}]}
`,
    "f",
  );
  assert.deepEqual(trust.map(({ name, source }) => ({ name, source })), [
    { name: "ca", source: { kind: "ca_bundle", paths: ["pki"], refresh: 43_200 } },
    { name: "crl", source: { kind: "crl", paths: ["pki", "pki/issuer/two"], refresh: 86_400 } },
  ]);
  assert.deepEqual(
    trust.map(({ targets }) => targets.map(({ what, path, mode }) => [what, path, mode])),
    [
      [["ca", "/a", 0o640]],
      [["crl", "/b", undefined]],
    ],
  );
  const [service] = trust[0]?.services ?? [];
  assert.deepEqual([service?.id, service?.windows.length], ["n.service", 1]);
});

pureTest("a file with trust needs no certificates", async () => {
  const { certificates, trust } = await parseConfig("trust: [{name: a, crl: p}]", "f");
  assert.deepEqual([certificates.length, trust.length], [0, 1]);
  await assertDiagnostics("config: {pki: p}", "f:1:1 certs: is missing");
});

pureTest("defaults apply to entries of trust, too", async () => {
  const { trust } = await parseConfig(
    `defaults: {deploy: {mode: "0640"}, service: {control: restart}}
certs: []
trust: [{name: ca, ca_bundle: pki, deploy: [{ca: /a}], service: [{name: n}]}]
`,
    "f",
  );
  assert.deepEqual([trust[0]?.targets[0]?.mode, trust[0]?.services[0]?.control], [
    0o640,
    "restart",
  ]);
});

pureTest("an entry of trust that cannot work is an error", async () => {
  const trust = (entry: string) => `certs: []\ntrust: [${entry}]`;
  await assertDiagnostics(trust("{name: a}"), `f:2:9 trust[0]: needs "ca_bundle" or "crl"`);
  await assertDiagnostics(
    trust("{name: a, crl: p, ca_bundle: p}"),
    `f:2:19 trust[0].crl: cannot be combined with "ca_bundle"; make two entries`,
  );
  await assertDiagnostics(
    trust("{name: a, crl: p, refresh: 1d}"),
    `f:2:27 trust[0].refresh: is not allowed with "crl", which says itself when it ends`,
  );
  await assertDiagnostics(
    trust("{name: a, crl: p, deploy: [{ca: /a}]}"),
    `f:2:41 trust[0].deploy[0].ca: this entry deploys only "crl"`,
  );
  await assertDiagnostics(
    trust("{name: a, ca_bundle: p, deploy: [{source: privkey, dest: /a}]}"),
    `f:2:66 trust[0].deploy[0].dest: this entry deploys only "ca"`,
  );
  await assertDiagnostics(
    trust(`{name: a, ca_bundle: p, service: [{name: n, probe: "a:1"}]}`),
    "f:2:60 trust[0].service[0].probe: is not allowed here: no service serves a bundle or a CRL",
  );
});

pureTest("names, paths and services are shared with certificates", async () => {
  await assertDiagnostics(
    `certs:
  - {name: a, pki: p, role: r, deploy: [{cert: /a}, {crl: /b}]}
trust:
  - {name: a, crl: p, deploy: [{crl: /a}]}
`,
    `f:2:59 certs[0].deploy[1].crl: is only for entries of "trust"`,
    `f:4:12 trust[0].name: "a" is already used by certs[0].name (line 2)`,
    `f:4:38 trust[0].deploy[0].crl: "/a" is already used by certs[0].deploy[0].cert (line 2)`,
  );
});
