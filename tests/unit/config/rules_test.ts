import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

pureTest("pki and role must be given in one of two places", async () => {
  await assertDiagnostics(
    "config:\n  pki: p\ncerts:\n  - name: a\n  - {name: b, role: r}\n  - ttl: 1d\n    name: c\n",
    "f:4:5 certs[0].role: is missing; set it here or, for all certificates, as config.role",
    "f:6:5 certs[2].role: is missing; set it here or, for all certificates, as config.role",
  );
  await assertDiagnostics(
    "certs:\n  - name: a\n",
    "f:2:5 certs[0].pki: is missing; set it here or, for all certificates, as config.pki",
    "f:2:5 certs[0].role: is missing; set it here or, for all certificates, as config.role",
  );
});

pureTest("a wrong pki in config gives one diagnostic, not one for each certificate", async () => {
  await assertDiagnostics(
    "config: {pki: [], role: r}\ncerts: [{name: a}, {name: b}]",
    "f:1:10 config.pki: expected one value, got a list",
  );
  await assertDiagnostics(
    "config: []\ncerts: [{name: a}]",
    "f:1:1 config: expected a map of settings, got a list",
  );
});

pureTest("renew must be shorter than ttl if both are set on the same entry", async () => {
  const certificate = (keys: string, config: string) =>
    `config: {pki: p, role: r, ${config}}\ncerts:\n  - name: a\n${keys}`;
  await assertDiagnostics(
    certificate("    ttl: 10d\n    renew: 11d\n", "renew: 1d"),
    "f:5:12 certs[0].renew: must be shorter than ttl (10d), got 11d",
  );
  // One of them is for all: for this one the window is cut, and a warning says so.
  await assertDiagnostics(certificate("    renew: 10d\n", "ttl: 240h"));
  await assertDiagnostics(certificate("    ttl: 36h\n", "renew: 14d"));
  await assertDiagnostics(
    certificate("  - name: b\n", "ttl: 1d, renew: 2d"),
    "f:1:43 config.renew: must be shorter than ttl (1d), got 2d",
  );
  await assertDiagnostics(certificate("    ttl: 10d\n    renew: 50%\n", "renew: 20d"));
  await assertDiagnostics(certificate("    renew: 14d\n", "renew: 20d"));
});

pureTest("a renew that cannot be read does not make that of config count", async () => {
  await assertDiagnostics(
    "config: {pki: p, role: r, renew: 14d}\ncerts:\n  - name: a\n    ttl: 10d\n    renew: 5x\n",
    `f:5:12 certs[0].renew: expected a duration such as "14d", or a share above 0% and below 100% such as "33%", got "5x"`,
  );
});

pureTest("two certificates with one name name each other", async () => {
  await assertDiagnostics(
    "config: {pki: p, role: r}\ncerts:\n  - name: a\n  - name: b\n  - ttl: 5d\n    name: a\n",
    `f:6:11 certs[2].name: "a" is already used by certs[0].name (line 3)`,
  );
});

pureTest("two targets with one path name each other, over the whole file", async () => {
  const text = `config: {pki: p, role: r, log_file: /l}
certs:
  - name: a
    deploy:
      - cert: /x/y
      - {source: chain, dest: /x//./y}
  - name: b
    deploy:
      - privkey: /x/./y
      - chain: /l
`;
  await assertDiagnostics(
    text,
    `f:6:31 certs[0].deploy[1].dest: "/x/y" is already used by certs[0].deploy[0].cert (line 5)`,
    `f:9:18 certs[1].deploy[0].privkey: "/x/y" is already used by certs[0].deploy[0].cert (line 5)`,
    `f:10:16 certs[1].deploy[1].chain: "/l" is already used by config.log_file (line 1)`,
  );
});

pureTest("a target may not replace a file that VCM itself reads", async () => {
  const file = (key: string, path: string, target: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    deploy: [{chain: ${target}}]\n`
      .replace("r}", `r, ${key}: ${path}}`);
  for (const key of ["vault_ssl_verify", "token_file", "log_file"]) {
    await assertDiagnostics(
      file(key, "/etc/vcm/file", "/etc/vcm/./file"),
      `f:4:22 certs[0].deploy[0].chain: "/etc/vcm/file" is already used by config.${key} (line 1)`,
    );
    await assertDiagnostics(file(key, "/etc/vcm/file", "/etc/vcm/file2"));
  }
  for (const verify of ["true", "false"]) {
    await assertDiagnostics(file("vault_ssl_verify", verify, "/etc/vcm/file"));
  }
});

pureTest("a target inside the store is refused", async () => {
  const file = (store: string, path: string) =>
    `config: {pki: p, role: r${store}}\ncerts:\n  - name: a\n    deploy: [{cert: ${path}}]\n`;
  await assertDiagnostics(
    file("", "/var/lib//vcm/certs/a/cert.pem"),
    "f:4:21 certs[0].deploy[0].cert: must be outside the store /var/lib/vcm/certs, which VCM manages",
  );
  await assertDiagnostics(
    file(", cert_store: /srv/", "/srv"),
    "f:4:21 certs[0].deploy[0].cert: must be outside the store /srv, which VCM manages",
  );
  await assertDiagnostics(file(", cert_store: /srv", "/srv2/a"));
});

pureTest(
  "one unit twice in one certificate is refused, in two certificates it is not",
  async () => {
    await assertDiagnostics(
      "config: {pki: p, role: r}\ncerts:\n  - name: a\n    service:\n" +
        "      - name: nginx\n      - name: nginx.service\n  - {name: b, service: [{name: nginx}]}\n",
      `f:6:15 certs[0].service[1].name: "nginx.service" is already used by certs[0].service[0].name (line 5)`,
    );
  },
);

pureTest("all diagnostics are shown at once, in the order of their places", async () => {
  const text = `config:
  pki: p
  renew: 14x
  vualt: https://vault.example.com
certs:
  - name: a
    role: r
    deploy:
      - cert: /a
        mod: "0644"
      - privkey: /a
        mode: 999
  - name: a
    ip_sans: [x]
`;
  await assertDiagnostics(
    text,
    `f:3:10 config.renew: expected a duration such as "14d", or a share above 0% and below 100% such as "33%", got "14x"`,
    `f:4:3 config.vualt: unknown key; did you mean "vault"?`,
    `f:10:9 certs[0].deploy[0].mod: unknown key; did you mean "mode"?`,
    `f:11:18 certs[0].deploy[1].privkey: "/a" is already used by certs[0].deploy[0].cert (line 9)`,
    `f:12:15 certs[0].deploy[1].mode: expected an octal mode such as "0640", got "999"`,
    "f:13:5 certs[1].role: is missing; set it here or, for all certificates, as config.role",
    `f:13:11 certs[1].name: "a" is already used by certs[0].name (line 6)`,
    `f:14:15 certs[1].ip_sans[0]: expected an IP address such as "10.1.1.20", got "x"`,
  );
});

pureTest("an error in an anchor is shown once, at its own place", async () => {
  const text = `x-common: &common
  ttl: 5x
  deploy: &files
    - mod: 1
      cert: /a
config: {pki: p, role: r}
certs:
  - <<: *common
    name: a
  - <<: [*common]
    deploy: []
    name: b
`;
  await assertDiagnostics(
    text,
    `f:2:8 certs[0].ttl: expected a duration such as "14d", got "5x"`,
    `f:4:7 certs[0].deploy[0].mod: unknown key; did you mean "mode"?`,
  );
  await assertDiagnostics(
    "config: {pki: p, role: r}\ncerts:\n  - &a {name: a, service: [{nam: b, name: c}]}\n  - *a\n",
    `f:3:15 certs[1].name: "a" is already used by certs[0].name (line 3)`,
    `f:3:29 certs[0].service[0].nam: unknown key; did you mean "name"?`,
  );
});

pureTest("the name of a host that no certificate can have is refused", async () => {
  const file = (keys: string, config = "") =>
    `config: {pki: p, role: r${config}}\ncerts:\n  - ${keys}\n`;
  const dot = 'expected a DNS name such as "web.example.com", without a final dot, got';
  const address = 'expected an IP address such as "10.1.1.20", got';
  const ascii = "expected a name that can be converted to ASCII: write it as xn--…, or, if it is " +
    'not the name of a host, set "exclude_cn_from_sans: true", got';
  const labels =
    "expected a DNS name with labels of 1 to 63 characters between its dots; if it is " +
    'not the name of a host, set "exclude_cn_from_sans: true", got';
  const long = "a".repeat(64);
  const cases: [string, string][] = [
    ["name: web..example", `f:3:11 certs[0].name: ${labels} "web..example"`],
    ["{name: a, common_name: .x}", `f:3:28 certs[0].common_name: ${labels} ".x"`],
    [`name: ${long}.test`, `f:3:11 certs[0].name: ${labels} "${long}.test"`],
    [
      'name: "fe80::1%eth0"',
      'f:3:11 certs[0].name: expected an IP address without a zone, such as "fe80::1", got ' +
      '"fe80::1%eth0"',
    ],
    ["name: web.example.com.", `f:3:11 certs[0].name: ${dot} "web.example.com."`],
    ["name: bücher.example.", `f:3:11 certs[0].name: ${dot} "bücher.example."`],
    ["{name: a, common_name: web.}", `f:3:28 certs[0].common_name: ${dot} "web."`],
    ["name: 10.1.1.300", `f:3:11 certs[0].name: ${address} "10.1.1.300"`],
    ["name: 10.1.1.020", `f:3:11 certs[0].name: ${address} "10.1.1.020"`],
    ["name: אab.example", `f:3:11 certs[0].name: ${ascii} "אab.example"`],
  ];
  for (const [keys, line] of cases) await assertDiagnostics(file(keys), line);
  await assertDiagnostics(file("name: אab.example", ", exclude_cn_from_sans: true"));
  await assertDiagnostics(file("{name: 10.1.1.300, exclude_cn_from_sans: true}"));
  for (const keys of ["name: ACME Inc.", "{name: web., common_name: web}", "name: app.2026"]) {
    await assertDiagnostics(file(keys));
  }
});

pureTest("a DNS SAN that is no word in any script is to be written as it is encoded", async () => {
  const name = 'expected a DNS name such as "api.example.com", got';
  for (
    const [san, written] of [
      ["💩.example", "; write it as xn--ls8h.example"],
      ["☃.net", "; write it as xn--n3h.net"],
      ["אab.example", "; write it as xn--…"],
      ["bücher..example", ""],
      ["bü cher.example", ""],
    ]
  ) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: a\n    dns_sans: ["${san}"]\n`,
      `f:4:16 certs[0].dns_sans[0]: ${name} "${san}"${written}`,
    );
  }
});
