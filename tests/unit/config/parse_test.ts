import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type {
  CertificateSpec,
  Config,
  ServiceSpec,
  VaultSettings,
} from "../../../lib/config/types.ts";
import { PLAIN } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { defined } from "../../support/defined.ts";

/** The file of product.md, letter by letter. */
const PRODUCT = `
config:
  vault: "https://vault.myorg.local:8200"
  pki: "pki_internal"
  role: "internal-service"
  renew: "14d"
certs:
  - name: "web.internal.myorg.local"
    ttl: "120d"
    renew: "10d"
    dns_sans: ["api.internal.myorg.local"]
    ip_sans: ["10.1.1.20"]
    service:
      - name: "nginx.service"
        control: "reload"
    deploy:
      - cert: "/etc/nginx/ssl/web.crt"        # short form: WHAT: PATH
        owner: "www-data"
        group: "www-data"
        mode: "0644"
      - source: privkey                       # long form: source + dest
        dest: "/etc/nginx/ssl/web.key"
        owner: "www-data"
        group: "www-data"
        mode: "0600"
`;

/** One certificate that names the mount and the role itself. */
async function certificate(lines: string, config = "{pki: p, role: r}"): Promise<CertificateSpec> {
  const { certificates } = defined(
    await parseConfig(
      `config: ${config}\ncerts:\n  - name: web\n${lines}`,
      "vcm.yaml",
    ),
  );
  assert.equal(certificates.length, 1);
  return certificates[0] as CertificateSpec;
}

async function settings(lines: string): Promise<Config> {
  return defined(await parseConfig(`config:\n${lines}\ncerts: []`, "vcm.yaml"));
}

/** A file that says nothing of the server. */
const VAULT: VaultSettings = {
  addresses: [],
  redirectHosts: [],
  allowHttp: false,
  trust: { kind: "system" },
  timeout: 60,
};

/** A service of which only the name is given. */
const NGINX: ServiceSpec = {
  id: "nginx.service",
  name: "nginx.service",
  control: "try-reload-or-restart",
  timeout: 120,
  settle: 2,
  windows: [],
  order: 0,
};

pureTest("parseConfig() reads the file of product.md in full", async () => {
  const expected: Config = {
    file: "/etc/vcm/vcm.yaml",
    maxRun: 3600,
    certStore: "/var/lib/vcm/certs",
    vault: { ...VAULT, addresses: ["https://vault.myorg.local:8200"] },
    certificates: [{
      name: "web.internal.myorg.local",
      commonName: "web.internal.myorg.local",
      ...PLAIN,
      spread: 0,
      keep: 0,
      windows: [],
      dnsSans: ["api.internal.myorg.local"],
      ipSans: ["10.1.1.20"],
      ttl: 120 * 86_400,
      ttlText: "120d",
      renew: { kind: "duration", seconds: 10 * 86_400 },
      pki: "pki_internal",
      role: "internal-service",
      targets: [
        {
          what: "cert",
          path: "/etc/nginx/ssl/web.crt",
          owner: "www-data",
          group: "www-data",
          mode: 0o644,
          createDirs: false,
        },
        {
          what: "privkey",
          path: "/etc/nginx/ssl/web.key",
          owner: "www-data",
          group: "www-data",
          mode: 0o600,
          createDirs: false,
        },
      ],
      services: [{ ...NGINX, manager: "systemd", control: "reload" }],
    }],
    trust: [],
  };
  assert.deepEqual(defined(await parseConfig(PRODUCT, "/etc/vcm/vcm.yaml")), expected);
});

pureTest(
  "parseConfig() fills in the defaults and leaves out what the file is silent about",
  async () => {
    const expected: Config = {
      file: "vcm.yaml",
      maxRun: 3600,
      certStore: "/var/lib/vcm/certs",
      vault: VAULT,
      certificates: [{
        name: "*.apps.example.com",
        commonName: "*.apps.example.com",
        ...PLAIN,
        spread: 0,
        keep: 0,
        windows: [],
        renew: { kind: "share", percent: 100 / 3 },
        pki: "pki",
        role: "web",
        targets: [{ what: "chain", path: "/a", createDirs: false }],
        services: [NGINX],
      }],
      trust: [],
    };
    const text = `certs:\n  - {name: "*.apps.example.com", pki: /pki/, role: web, ` +
      `deploy: [{chain: /a}], service: [{name: nginx}]}`;
    assert.deepEqual(defined(await parseConfig(text, "vcm.yaml")), expected);
  },
);

pureTest("parseConfig() reads every key of config", async () => {
  const config = await settings(`
  vault: ["https://a.example.com:8200/", HTTP://b.example.com/prefix//]
  allow_http: true
  redirect_hosts: [Vault-3.example.com, "vault-4.example.com:8200", "[fd00::1]:8200"]
  tls_server_name: vault.service.consul
  client_cert: /etc/vcm/client.pem
  client_key: /etc/vcm/client.key
  retries: 5
  timeout: 90s
  namespace: /team/web/
  vault_ssl_verify: /etc/ssl/ca.pem
  pki: team/pki
  role: web
  renew: 33.5%
  ttl: 3600
  cert_store: /srv//certs/./
  log_file: /var/log/vcm.log
  token_file: /etc/vcm/token
  vault_role_id: role-1
  vault_secret_id: secret-1
  create_dirs: true`);
  const { login, ...vault } = config.vault;
  assert.deepEqual(vault, {
    addresses: ["https://a.example.com:8200", "http://b.example.com/prefix"],
    redirectHosts: ["vault-3.example.com", "vault-4.example.com:8200", "[fd00::1]:8200"],
    allowHttp: true,
    trust: { kind: "file", path: "/etc/ssl/ca.pem" },
    namespace: "team/web",
    serverName: "vault.service.consul",
    clientCert: "/etc/vcm/client.pem",
    clientKey: "/etc/vcm/client.key",
    retries: 5,
    timeout: 90,
    tokenFile: "/etc/vcm/token",
  });
  assert.ok(login?.kind === "approle");
  assert.equal(login.mount, "approle");
  assert.deepEqual([login.roleId?.reveal(), login.secretId?.reveal()], ["role-1", "secret-1"]);
  assert.equal(JSON.stringify(config).includes("secret-1"), false);
  assert.equal(config.certStore, "/srv/certs");
  assert.equal(config.logFile, "/var/log/vcm.log");
});

pureTest("parseConfig() verifies the server by what vault_ssl_verify says", async () => {
  for (const [text, kind] of [["true", "system"], ['"false"', "off"]] as const) {
    assert.deepEqual((await settings(`  vault_ssl_verify: ${text}`)).vault.trust, { kind });
  }
});

pureTest("parseConfig() lets a certificate go before config", async () => {
  const config = "{pki: p, role: r, renew: 14d, ttl: 90d}";
  const own = await certificate(
    "    common_name: web.example.com\n    ttl: 1d12h\n    renew: 33%\n    pki: p2\n    role: r2\n",
    config,
  );
  assert.deepEqual(
    [own.commonName, own.ttl, own.renew, own.pki, own.role],
    ["web.example.com", 129_600, { kind: "share", percent: 33 }, "p2", "r2"],
  );
  const common = await certificate("", config);
  assert.deepEqual(
    [common.commonName, common.ttl, common.renew, common.pki, common.role],
    ["web", 90 * 86_400, { kind: "duration", seconds: 14 * 86_400 }, "p", "r"],
  );
});

pureTest("parseConfig() uses keep of config if a certificate has none", async () => {
  const text = "config: {pki: p, role: r, keep: 3}\ncerts:\n  - name: a\n  - {name: b, keep: 0}\n";
  const { certificates } = defined(await parseConfig(text, "f"));
  assert.deepEqual(certificates.map(({ keep }) => keep), [3, 0]);
});

pureTest("parseConfig() completes unit names as systemctl does", async () => {
  const cases: Record<string, string> = {
    nginx: "nginx.service",
    "nginx.service": "nginx.service",
    "web.socket": "web.socket",
    "app@1": "app@1.service",
    "php8.2-fpm": "php8.2-fpm.service",
    "a\\x2db": "a\\x2db.service",
  };
  for (const [text, unit] of Object.entries(cases)) {
    const { services } = await certificate(`    service: [{name: '${text}', order: -5}]\n`);
    const [{ manager: _, ...service } = NGINX] = services;
    assert.deepEqual(service, { ...NGINX, id: unit, name: unit, order: -5 });
  }
});

pureTest("parseConfig() does not change names and addresses", async () => {
  const names = ["*.a.example.com", "localhost", "_sip.Example.com", "xn--a.b"];
  const addresses = ["10.1.1.20", "::1", "2001:DB8::20", "::ffff:10.0.0.1"];
  const spec = await certificate(
    `    dns_sans: ${JSON.stringify(names)}\n    ip_sans: ${JSON.stringify(addresses)}\n`,
  );
  assert.deepEqual([spec.dnsSans, spec.ipSans], [names, addresses]);
});

pureTest("parseConfig() gives names of hosts in ASCII, but for the name of the set", async () => {
  const text = `
config: {pki: p, role: r}
certs:
  - name: BÜCHER.example
    dns_sans: ["bu\\u0308cher.example", "ＷＥＢ.example", "*.例。jp"]
    service: [{name: nginx, probe: {connect: "localhost:443"}}]
`;
  const { certificates } = defined(await parseConfig(text, "f"));
  const { name, commonName, dnsSans, services } = certificates[0] ?? {};
  assert.deepEqual([name, commonName], ["BÜCHER.example", "xn--bcher-kva.example"]);
  assert.deepEqual(dnsSans, ["xn--bcher-kva.example", "web.example", "*.xn--fsq.jp"]);
  assert.equal(services?.[0]?.probe?.serverName, "xn--bcher-kva.example");
});

pureTest("parseConfig() follows anchors, aliases and merge keys", async () => {
  const text = `
x-common: &common {pki: p, role: r, ttl: 30d}
x-files: &files
  - cert: /a
certs:
  - <<: *common
    name: one
    deploy: *files
  - <<: [{role: other}, *common]
    ttl: 10d
    name: two
`;
  const { certificates } = defined(await parseConfig(text, "vcm.yaml"));
  assert.deepEqual(
    certificates.map(({ name, pki, role, ttl, targets }) => [name, pki, role, ttl, targets.length]),
    [["one", "p", "r", 30 * 86_400, 1], ["two", "p", "other", 10 * 86_400, 0]],
  );
});

pureTest(
  "parseConfig() reads a file with Windows line ends and one without certificates",
  async () => {
    const windows = PRODUCT.replaceAll("\n", "\r\n");
    assert.deepEqual(
      defined(await parseConfig(windows, "f")),
      defined(await parseConfig(PRODUCT, "f")),
    );
    assert.deepEqual(defined(await parseConfig("certs: []", "f")).certificates, []);
  },
);
