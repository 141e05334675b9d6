import assert from "node:assert/strict";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnosticsIn, parseWith } from "./environment.ts";
import { assertDiagnostics } from "./diagnostics.ts";

const VARIABLES = {
  HOSTNAME: "web1",
  FQDN: "web1.example.com",
  VCM_SITE: "berlin",
  VCM_EMPTY: "",
  VCM_YAML: "a\nrole: x",
};

pureTest("variables stand in values of all files", async () => {
  const config = await parseWith(
    `x-common: &common {role: "\${VCM_SITE}-web"}
config: {pki: "pki_\${VCM_SITE}", vault_role_id: "a", vault_secret_id: "\${VCM_SITE}!"}
include: a
certs:
  - name: \${FQDN}
    <<: *common
    dns_sans: ["\${HOSTNAME}.\${VCM_SITE}.example.com"]
`,
    {
      variables: VARIABLES,
      files: {
        a: "certs:\n  - name: ${HOSTNAME}\n    role: b\n    deploy: [{cert: '/${HOSTNAME}'}]\n",
      },
    },
  );
  const [first, second] = config.certificates;
  assert.deepEqual(
    [first?.name, first?.pki, first?.role, first?.dnsSans],
    ["web1.example.com", "pki_berlin", "berlin-web", ["web1.berlin.example.com"]],
  );
  assert.deepEqual([second?.name, second?.targets[0]?.path], ["web1", "/web1"]);
  const { login } = config.vault;
  assert.equal(login?.kind === "approle" && login.secretId?.reveal(), "berlin!");
});

/** The role that a text stands for. */
async function role(text: string): Promise<string | undefined> {
  const yaml = `config: {pki: p}\ncerts:\n  - name: a\n    role: ${text}\n`;
  return (await parseWith(yaml, { variables: VARIABLES })).certificates[0]?.role;
}

pureTest("a variable that is not set or empty gives way to what follows ':-'", async () => {
  assert.equal(await role("${VCM_SITE:-munich}"), "berlin");
  assert.equal(await role("${VCM_OTHER:-munich}"), "munich");
  assert.equal(await role("${VCM_EMPTY:-munich}"), "munich");
  assert.equal(await role("a${VCM_EMPTY}b${VCM_EMPTY:-}c"), "abc");
  assert.equal(
    await role('"${VCM_OTHER:-a:-b}"').catch(({ message }) => message),
    'f:4:11 certs[0].role: expected the name of a role such as "internal-service", got "a:-b"',
  );
});

pureTest("a doubled dollar keeps a variable from being one", async () => {
  const text = (word: string) =>
    `config: {pki: p, role: r}\ncerts: [{name: a, service: [{name: s, command: [a, '${word}']}]}]\n`;
  const cases: Record<string, string> = {
    "$${HOME}": "${HOME}",
    "$$${VCM_SITE}": "$${VCM_SITE}",
    "$${${VCM_SITE}}": "${berlin}",
    "$HOME $$ $(id) $}": "$HOME $$ $(id) $}",
  };
  for (const [word, read] of Object.entries(cases)) {
    const { certificates } = await parseWith(text(word), { variables: VARIABLES });
    assert.deepEqual(certificates[0]?.services[0]?.command, ["a", read]);
  }
});

pureTest("a value is one value, whatever the variable holds", async () => {
  await assertDiagnosticsIn(
    "config: {pki: p, role: r}\ncerts:\n  - name: a\n    role: ${VCM_YAML}\n",
    { variables: VARIABLES },
    'f:4:11 certs[0].role: expected the name of a role such as "internal-service", ' +
      'got "a\\nrole: x"',
  );
});

pureTest("a dollar or a brace that is an escape counts too", async () => {
  assert.equal(await role('"\\x24{VCM_SITE}"'), "berlin");
  assert.equal(await role('"\\u0024\\u007BVCM_SITE}"'), "berlin");
  assert.equal(await role('"$\\\n      {VCM_SITE}"'), "berlin");
});

pureTest("an error in a value with a variable shows the value as it was read", async () => {
  await assertDiagnosticsIn(
    "config: {pki: p, role: r}\ncerts:\n  - name: a\n    ttl: 9${VCM_SITE}\n",
    { variables: VARIABLES },
    'f:4:10 certs[0].ttl: expected a duration such as "14d", got "9berlin"',
  );
});

const LITERAL = 'for a literal "${" write "$${"';
const KNOWN = "use ${HOSTNAME}, ${FQDN} or a variable whose name begins with VCM_; " +
  LITERAL;

pureTest("a variable that cannot be put in gives one diagnostic", async () => {
  await assertDiagnostics(
    "config: {pki: p, role: r}\ncerts:\n  - name: ${VCM_SITE}\n    ttl: ${VCM_TTL}\n" +
      "    issuer: ${HOME} ${VCM_A}\n    service: [{name: '${home}', control: '${VCM_C'}]\n",
    "f:3:11 certs[0].name: VCM_SITE is not set; set it, or write ${VCM_SITE:-default}",
    "f:4:10 certs[0].ttl: VCM_TTL is not set; set it, or write ${VCM_TTL:-default}",
    `f:5:13 certs[0].issuer: \${HOME} is not a known variable; ${KNOWN}`,
    "f:5:13 certs[0].issuer: VCM_A is not set; set it, or write ${VCM_A:-default}",
    `f:6:22 certs[0].service[0].name: "\${…}" is not a known variable; ${KNOWN}`,
    `f:6:42 certs[0].service[0].control: "\${" is not closed by "}"; ${LITERAL}`,
  );
  await assertDiagnostics(
    "config: {pki: p, role: r}\ncerts: [{name: a, ttl: '${VCM_A:-${VCM_B}}'}]\n",
    'f:2:24 certs[0].ttl: the default after ":-" is plain text and cannot contain a variable',
  );
});

pureTest("no value that contains a secret is shown", async () => {
  const line = (key: string) => `config: {pki: p, role: r, ${key}}\ncerts: []\n`;
  for (
    const key of [
      "vault_secret_id: 'x${HUNTER}'",
      "vault_role_id: 'x${HUNTER}'",
      "auth: {method: approle, secret_id: 'x${HUNTER}'}",
      "vault: 'https://a:${HUNTER}@b'",
      "vault: ['https://a:${HUNTER}@b']",
      "vault_secret_id: 'x${HUNTER'",
      "vault_secret_id: '${VCM_A:-HUNTER${'",
    ]
  ) {
    const said = await parseWith(line(key), {}).catch(({ message }) => message);
    assert.match(said, /^f:1:\d+ config\.\S+: /, key);
    assert.doesNotMatch(said, /HUNTER/, key);
  }
});

pureTest("two certificates whose variable is not set are no clash", async () => {
  await assertDiagnostics(
    "config: {pki: p, role: r}\ncerts:\n  - name: ${VCM_A}\n  - name: ${VCM_A}\n",
    "f:3:11 certs[0].name: VCM_A is not set; set it, or write ${VCM_A:-default}",
    "f:4:11 certs[1].name: VCM_A is not set; set it, or write ${VCM_A:-default}",
  );
});

pureTest("keys, and what stands under x- and is not used, are left alone", async () => {
  await assertDiagnosticsIn(
    "x-a: ${HOME}\nconfig: {pki: p, role: r, '${VCM_SITE}': 1}\ncerts: []\n",
    { variables: VARIABLES },
    "f:2:27 config.…: unknown key; allowed here: " + (await allowed()),
  );
});

/** The keys of `config`, as the message lists them. */
async function allowed(): Promise<string> {
  const said = await parseWith("config: {zzzzzzzz: 1}\ncerts: []\n", {}).catch(({ message }) =>
    message
  );
  return said.split("allowed here: ")[1];
}

pureTest("an unset variable in an anchor gives one diagnostic, at its own place", async () => {
  await assertDiagnostics(
    "x-a: &a {ttl: '${VCM_A}', deploy: &d [{cert: '/${VCM_B}'}]}\n" +
      "config: {pki: p, role: r}\ncerts:\n  - {name: a, <<: *a}\n  - {name: b, <<: *a, deploy: []}\n",
    "f:1:15 certs[0].ttl: VCM_A is not set; set it, or write ${VCM_A:-default}",
    "f:1:46 certs[0].deploy[0].cert: VCM_B is not set; set it, or write ${VCM_B:-default}",
  );
});

pureTest(
  "a value that an alias repeats gives one diagnostic, if its variable is not set",
  async () => {
    await assertDiagnostics(
      "config: {pki: p, role: r}\ncerts:\n" +
        "  - {name: a, deploy: &d [{cert: '/a${VCM_B}'}, {chain: '${VCM_B}'}]}\n" +
        "  - {name: b, deploy: *d}\n  - {name: c, deploy: *d}\n",
      "f:3:34 certs[0].deploy[0].cert: VCM_B is not set; set it, or write ${VCM_B:-default}",
      "f:3:57 certs[0].deploy[1].chain: VCM_B is not set; set it, or write ${VCM_B:-default}",
    );
  },
);
