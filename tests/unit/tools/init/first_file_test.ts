import assert from "node:assert/strict";
import { parseConfig } from "../../../../lib/config/parse.ts";
import type { Proposal } from "../../../../lib/tools/init/propose.ts";
import { firstFile } from "../../../../lib/tools/init/first_file.ts";
import { pureTest } from "../../../support/pure_test.ts";

const SERVER = { vault: "https://vault.test:8200", pki: "pki", role: "web" };

function makeProposal(parts: Partial<Proposal> = {}): Proposal {
  return {
    name: "a.test",
    dnsSans: [],
    ipSans: [],
    at: [],
    files: [],
    programs: [],
    remarks: [],
    ...parts,
  };
}

/** What stands in the file without comments and empty lines. */
function bare(text: string): string {
  return text.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line)).join("\n");
}

pureTest(
  "a found certificate is written with its files, its services and its place",
  () => {
    const text = firstFile(SERVER, [
      makeProposal({
        dnsSans: ["b.test"],
        ipSans: ["10.0.0.1"],
        at: ["/etc/nginx/nginx.conf:3"],
        files: [
          { kind: "fullchain", path: "/etc/ssl/a.crt" },
          { kind: "privkey", path: "/etc/ssl/a.key", mode: 0o640 },
          { kind: "chain", path: "/etc/ssl/ca.crt", doubt: "it may be another" },
        ],
        programs: [{ name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] }],
        remarks: ["A remark."],
      }),
    ], []);
    const [head, certs] = text.split("\ncerts:\n");
    assert.equal(
      bare(head ?? ""),
      `config:
  vault: "https://vault.test:8200"
  pki: "pki"
  role: "web"`,
    );
    assert.equal(
      certs,
      `  # Owner, group and mode default to those of the replaced file. A new file has mode 0600 if it
  # holds a private key, else 0644.

  # /etc/nginx/nginx.conf:3
  # A remark.
  - name: "a.test"
    dns_sans: ["b.test"]
    ip_sans: ["10.0.0.1"]
    deploy:
      - fullchain: "/etc/ssl/a.crt"
      - privkey: "/etc/ssl/a.key"
        mode: "0640"
      # - chain: "/etc/ssl/ca.crt"
      #   not written: it may be another
    service:
      - name: "nginx.service"
        control: "reload"
        # Validates the new files before the reload; if it fails, they are rolled back.
        validate: ["nginx", "-t"]
`,
    );
  },
);

pureTest(
  "a certificate that nobody uses yet has an example of files, the next one a name",
  async () => {
    const first = makeProposal({ name: "a.test-2", commonName: "a.test" });
    const text = firstFile(SERVER, [first, makeProposal({ name: "b.test" })], []);
    const certs = text.slice(text.indexOf("certs:"));
    assert.match(
      certs,
      /^certs:\n\n {2}- name: "a.test-2"\n {4}common_name: "a.test"\n {4}# To deploy it [^-]*# deploy:\n[^]*\n\n {2}- name: "b.test"\n$/,
    );
    const used = text.replace(/^( {4})# (?!To)(.*)$/gm, "$1$2");
    const { certificates: [one, two] } = await parseConfig(used, "f");
    assert.deepEqual(one?.targets.map(({ what }) => what), ["fullchain", "privkey"]);
    assert.deepEqual([one?.services.length, two?.targets.length], [1, 0]);
  },
);

pureTest("without a certificate there is an example, and the file can be read", async () => {
  const text = firstFile(SERVER, [], []);
  assert.deepEqual((await parseConfig(text, "f")).certificates, []);
  const example = text.slice(text.indexOf("certs:"))
    .replace("certs: []", "certs:").replace("# For example:\n", "").replaceAll(/^# /gm, "");
  const { certificates: [certificate] } = await parseConfig(
    text.slice(0, text.indexOf("certs:")) + example,
    "f",
  );
  assert.deepEqual(certificate?.targets.map(({ what }) => what), ["fullchain", "privkey"]);
});

pureTest("what is commented out of the login method can be read, too", async () => {
  const text = firstFile(SERVER, [], []);
  const role = text.replace(/^( *)# (auth:| {2}(?:method|role_id|secret_id_file): .*)$/gm, "$1$2");
  assert.equal((await parseConfig(role, "f")).vault.login?.kind, "approle");
  const trust = text.replace(/^( *)# (vault_ssl_verify: .*)$/m, "$1$2");
  assert.equal((await parseConfig(trust, "f")).vault.trust.kind, "file");
});

pureTest(
  "the CA, the namespace and the login are written as the configuration has them",
  async () => {
    const server = {
      ...SERVER,
      ca: "/etc/vcm/vault-ca.pem",
      namespace: "team",
      serverName: "vault.test",
      login: {
        auth: { method: "cert", role: "vcm" },
        client: { clientCert: "/c.pem", clientKey: "/c.key" },
      },
    };
    const { vault } = await parseConfig(firstFile(server, [], []), "f");
    assert.deepEqual(vault.trust, { kind: "file", path: "/etc/vcm/vault-ca.pem" });
    assert.deepEqual([vault.namespace, vault.serverName], ["team", "vault.test"]);
    assert.deepEqual([vault.clientCert, vault.clientKey], ["/c.pem", "/c.key"]);
    assert.deepEqual(vault.login, { kind: "cert", mount: "cert", role: "vcm" });
  },
);

pureTest("many places are summed up, and omissions are listed", () => {
  const at = [1, 2, 3, 4, 5].map((line) => `/f:${line}`);
  const note = { at: "/g:1", message: "is no\nfile\u2028x\u0085" };
  const text = firstFile(SERVER, [makeProposal({ at })], [note]);
  assert.match(
    text,
    /\n {2}# \/f:1\n {2}# \/f:2\n {2}# \/f:3\n {2}# and 2 more places\n {2}- name/,
  );
  assert.match(text, /\n\n# Left out:\n# \/g:1: is no\ufffdfile\ufffdx\ufffd\n$/);
});

const ODD_PATHS = [
  "/a b.crt",
  "/a: b.crt",
  "/a #b.crt",
  `/a"b'c.crt`,
  "/a\\n.crt",
  "/*?[a].crt",
  "/{a}, [b]&c!d%e@f`g.crt",
  "/- a.crt",
  "/ä/日本/😀.crt",
  "/a\u2029\ufeff.crt",
];

pureTest("odd paths come back as they were", async () => {
  for (const path of ODD_PATHS.filter((path) => !/[\u2028\u2029]/.test(path))) {
    const proposal = makeProposal({ files: [{ kind: "cert", path }] });
    const config = await parseConfig(firstFile(SERVER, [proposal], []), "f");
    assert.equal(config.certificates[0]?.targets[0]?.path, path);
  }
});

pureTest("any text in comments leaves the file a file", async () => {
  for (const text of [...ODD_PATHS, "a\r\nb: c", "\ud800", "\u0000", "--- x", "- ${x}"]) {
    const doubt: Proposal["files"] = [{ kind: "cert", path: "/c" }, {
      kind: "chain",
      path: "/d",
      doubt: text,
    }];
    const proposal = makeProposal({ at: [text], remarks: [text], files: doubt });
    const file = firstFile(SERVER, [proposal], [{ at: text, message: text }]);
    const { certificates } = await parseConfig(file, "f");
    assert.deepEqual(certificates[0]?.targets.length, 1, text);
  }
});
