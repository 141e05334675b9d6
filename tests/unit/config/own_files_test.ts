/** The files that VCM manages reads and writes must not be one another, nor lie in the store. */
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

pureTest("each file that VCM reads or writes has a separate path", async () => {
  await assertDiagnostics(
    `config:
  log_file: /etc/vcm/a
  token_file: /etc/vcm/a
  auth:
    method: approle
    secret_id_file: /etc/vcm/b
    wrapped_secret_id_file: /etc/vcm/b
  vault_ssl_verify: /etc/vcm/b
certs: []
`,
    'f:3:15 config.token_file: "/etc/vcm/a" is already used by config.log_file (line 2)',
    'f:6:21 config.auth.secret_id_file: "/etc/vcm/b" is already used by ' +
      "config.auth.wrapped_secret_id_file (line 7)",
    'f:8:21 config.vault_ssl_verify: "/etc/vcm/b" is already used by ' +
      "config.auth.wrapped_secret_id_file (line 7)",
  );
});

pureTest("files that VCM writes besides its sets are outside the store", async () => {
  const text = (log: string, secret: string) =>
    `config: {cert_store: /srv/certs, log_file: ${log}, auth: {method: approle, ` +
    `secret_id_file: ${secret}}}\ncerts: []\n`;
  await assertDiagnostics(
    text("/srv/certs/vcm.log", "/srv/certs/web/privkey.pem"),
    "f:1:44 config.log_file: must be outside the store /srv/certs, which VCM manages",
    "f:1:104 config.auth.secret_id_file: must be outside the store /srv/certs, which VCM " +
      "manages",
  );
  await assertDiagnostics(
    text("/srv/certs", "/srv/secret-id"),
    "f:1:44 config.log_file: must be outside the store /srv/certs, which VCM manages",
  );
  await assertDiagnostics(text("/srv/certs.log", "/srv/secret-id"));
});

pureTest(
  "files that VCM only reads may be in the store, and the log is not the CA file",
  async () => {
    await assertDiagnostics(
      "config: {cert_store: /srv, token_file: /srv/a/token, vault_ssl_verify: /srv/a/ca.pem}\n" +
        "certs: []\n",
    );
    await assertDiagnostics(
      "config:\n  vault_ssl_verify: /a\n  log_file: /a\ncerts: []\n",
      'f:2:21 config.vault_ssl_verify: "/a" is already used by config.log_file (line 3)',
    );
    await assertDiagnostics("config: {client_cert: /a, client_key: /a, log_file: /b}\ncerts: []\n");
  },
);

pureTest("the metrics file is a separate file with a name that the collector reads", async () => {
  await assertDiagnostics(
    "config:\n  log_file: /var/vcm.prom\n  metrics_file: /var/vcm.prom\ncerts: []\n",
    'f:3:17 config.metrics_file: "/var/vcm.prom" is already used by config.log_file (line 2)',
  );
  await assertDiagnostics(
    "config: {metrics_file: /var/vcm.txt}\ncerts: []\n",
    'f:1:24 config.metrics_file: expected the path of a file whose name ends in ".prom", ' +
      'got "/var/vcm.txt"',
  );
});
