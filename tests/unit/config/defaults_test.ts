import assert from "node:assert/strict";
import type { ServiceSpec, TargetSpec } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnosticsIn, parseWith } from "./environment.ts";
import { assertDiagnostics } from "./diagnostics.ts";

const HEAD = "config: {pki: p, role: r}\n";

async function targets(defaults: string, deploy: string): Promise<readonly TargetSpec[]> {
  const text = `${HEAD}defaults: {deploy: ${defaults}}\ncerts: [{name: a, deploy: ${deploy}}]\n`;
  return (await parseWith(text, {})).certificates[0]?.targets ?? [];
}

async function services(defaults: string, ...certs: string[]): Promise<readonly ServiceSpec[]> {
  const entries = certs.map((keys, at) => `  - {name: c${at}, ${keys}}\n`).join("");
  const text = `${HEAD}defaults: {service: ${defaults}}\ncerts:\n${entries}`;
  return (await parseWith(text, {})).certificates.flatMap(({ services }) => services);
}

pureTest("defaults of deploy hold if an entry does not say it, in both forms", async () => {
  const defaults = '{owner: o, group: g, mode: "0640", create_dirs: true, order: key-first}';
  const all = { owner: "o", group: "g", mode: 0o640, createDirs: true };
  assert.deepEqual(
    await targets(
      defaults,
      "[{cert: /a}, {source: privkey, dest: /b, mode: 0600, owner: me}, {combined: /c}, " +
        "{combined: /d, order: cert-first, create_dirs: false}, {bundle: /e}]",
    ),
    [
      { what: "cert", path: "/a", ...all },
      { what: "privkey", path: "/b", ...all, mode: 0o600, owner: "me" },
      { what: "combined", path: "/c", ...all, order: "key-first" },
      { what: "combined", path: "/d", ...all, order: "cert-first", createDirs: false },
      { what: "bundle", path: "/e", ...all },
    ],
  );
});

pureTest("defaults hold in included files, and go before config.create_dirs", async () => {
  const { certificates } = await parseWith(
    "config: {pki: p, role: r, create_dirs: true}\ninclude: a\n" +
      "defaults: {deploy: {create_dirs: false}, service: {control: restart}}\n",
    { files: { a: "certs: [{name: a, deploy: [{cert: /a}], service: [{name: s}]}]\n" } },
  );
  assert.equal(certificates[0]?.targets[0]?.createDirs, false);
  assert.equal(certificates[0]?.services[0]?.control, "restart");
});

pureTest("defaults of service hold if no certificate says it of that service", async () => {
  const made = await services(
    '{control: restart, timeout: 5m, settle: 9s, window: "02:00-04:00"}',
    "window: '10:00-11:00', service: [{name: a}, {name: b, control: reload, timeout: 1s, settle: 1s}]",
    "service: [{name: b}, {name: c, window: '05:00-06:00'}]",
    "service: [{name: c, control: start}]",
  );
  assert.deepEqual(
    made.map(({ name, control, timeout, settle, windows }) => [
      name,
      control,
      timeout,
      settle,
      windows[0]?.text,
    ]),
    [
      ["a.service", "restart", 300, 9, "02:00-04:00"],
      ["b.service", "reload", 1, 1, "02:00-04:00"],
      ["b.service", "reload", 1, 1, "02:00-04:00"],
      ["c.service", "start", 300, 9, "05:00-06:00"],
      ["c.service", "start", 300, 9, "05:00-06:00"],
    ],
  );
});

pureTest("a default control is not for what has its own way", async () => {
  const all = "[{name: a, command: [x]}, {name: b, pid_file: /b}, {name: c, signal: USR1}, " +
    "{name: d, manager: docker}, {name: e, manager: podman, signal: HUP}, {name: f}]";
  const controls = async (control: string) =>
    (await services(`{control: ${control}}`, `service: ${all}`)).map(({ control }) => control);
  const own = "try-reload-or-restart";
  assert.deepEqual(
    await controls("restart"),
    [own, "signal", "signal", "restart", "signal", "restart"],
  );
  assert.deepEqual(await controls("reload"), [own, "signal", "signal", own, "signal", "reload"]);
});

pureTest("defaults say what is wrong with them", async () => {
  const file = (defaults: string) => `${HEAD}defaults:\n  ${defaults}\ncerts: []\n`;
  await assertDiagnostics(
    file("deploy: {owner: a:b, mode: 999, ownr: x, cert: /a, in_place: true, password_file: /b}"),
    'f:3:19 defaults.deploy.owner: expected one name; set the user as "owner" and the group as "group"',
    'f:3:30 defaults.deploy.mode: expected an octal mode such as "0640", got "999"',
    'f:3:35 defaults.deploy.ownr: unknown key; did you mean "owner"?',
    'f:3:44 defaults.deploy.cert: cannot be a default; set it in the entries of "deploy"',
    'f:3:54 defaults.deploy.in_place: cannot be a default; set it in the entries of "deploy"',
    'f:3:70 defaults.deploy.password_file: cannot be a default; set it in the entries of "deploy"',
  );
  await assertDiagnostics(
    file("service: {control: x, name: a, zzzzzzz: 1}"),
    "f:3:22 defaults.service.control: expected one of reload, restart, reload-or-restart, " +
      'try-reload-or-restart, start, signal, got "x"',
    'f:3:25 defaults.service.name: cannot be a default; set it in the entries of "service"',
    "f:3:34 defaults.service.zzzzzzz: unknown key; allowed here: control, timeout, settle, window",
  );
  await assertDiagnostics(
    file("depoy: {}"),
    'f:3:3 defaults.depoy: unknown key; did you mean "deploy"?',
  );
  await assertDiagnostics(
    `${HEAD}defaults: []\ncerts: []\n`,
    'f:2:1 defaults: expected a map with the keys "deploy" and "service", got a list',
  );
  await assertDiagnostics(
    file("deploy: []"),
    'f:3:3 defaults.deploy: expected a map such as {owner: "www-data"}, got a list',
  );
});

const OPEN = 'a private key must not be accessible to every user; use "0600" or "0640", or set';

pureTest("a default mode must not open a private key to every user", async () => {
  const head = `${HEAD}include: a\ndefaults: {deploy: {mode: "0644"}}\n`;
  await assertDiagnosticsIn(
    `${head}certs:\n  - name: a\n    deploy: [{cert: /a}, {privkey: /b, mode: 0600}]\n`,
    { files: { a: "certs:\n  - {name: b, deploy: [{source: combined, dest: /c}]}\n" } },
    `f:3:27 defaults.deploy.mode: ${OPEN} "mode" on certs[0].deploy[0].dest (a:2)`,
  );
  await assertDiagnosticsIn(
    `${head}certs:\n  - name: a\n    deploy: [{privkey: /a}, {bundle: /b}, {pkcs12: /c, password_file: /d}]\n`,
    {},
    `f:3:27 defaults.deploy.mode: ${OPEN} "mode" on 3 targets, the first of them ` +
      "certs[0].deploy[0].privkey (line 6)",
  );
  // One that could not be read is one mistake.
  await assertDiagnosticsIn(
    `${head}certs:\n  - name: a\n    deploy: [{privkey: /a, mode: x}]\n`,
    {},
    'f:6:34 certs[0].deploy[0].mode: expected an octal mode such as "0640", got "x"',
  );
  await assertDiagnosticsIn(`${head}certs: [{name: a, deploy: [{cert: /a}, {der: /b}]}]\n`, {});
});
