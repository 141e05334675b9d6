import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { Settings } from "../../config/schema.ts";
import { ISSUING_DOCS } from "./issuing.ts";
import type { KeyDoc } from "./key_doc.ts";

/** Keys of `config`. */
export const SETTINGS_DOCS: Readonly<Record<keyof Settings, KeyDoc>> = {
  vault: {
    means: "Address of the server, or a list of them, tried in order; `VAULT_ADDR` overrides it.",
    example: "https://vault.example.com:8200",
  },
  namespace: {
    means: "Namespace of Vault Enterprise or OpenBao; `VAULT_NAMESPACE` overrides it.",
    example: "team/web",
  },
  vault_ssl_verify: {
    means: "How the server's certificate is verified: `true` (with the CAs of this host), the " +
      "path of a CA file or of a directory of CA files, or `false`, which warns in every run; " +
      "`VAULT_SKIP_VERIFY`, `VAULT_CACERT` and `VAULT_CAPATH` override it.",
    default: true,
    example: "/etc/vcm/vault-ca.pem",
  },
  tls_server_name: {
    means: "Name in the certificate of the server, if it differs from the address; " +
      "`VAULT_TLS_SERVER_NAME` overrides it.",
    example: "vault.service.consul",
  },
  client_cert: {
    means: "Client certificate for TLS, with `client_key`; `VAULT_CLIENT_CERT` overrides it.",
    example: "/etc/vcm/client.pem",
  },
  client_key: {
    means: "The private key of `client_cert`; `VAULT_CLIENT_KEY` overrides it.",
    example: "/etc/vcm/client.key",
  },
  redirect_hosts: {
    means: "Hosts to which a server may redirect; no other host gets a token.",
    example: ["vault-3.example.com"],
  },
  allow_http: {
    means: "Whether plain `http://` is allowed to hosts other than this one.",
    default: false,
    example: true,
  },
  retries: {
    means: "How often a request is repeated; `VAULT_MAX_RETRIES` overrides it.",
    // The defaults of vault/access; a test compares them.
    default: 2,
    example: 3,
  },
  timeout: {
    means: "Limit for one request with all its repetitions; `VAULT_CLIENT_TIMEOUT` overrides it.",
    default: "60s",
    example: "30s",
  },
  ...ISSUING_DOCS,
  cert_store: {
    means: "Directory of the store.",
    default: DEFAULT_CERT_STORE,
    example: "/srv/vcm/certs",
  },
  log_file: {
    means: "File to which the log is appended; it must not be a link, a pipe, or in a directory " +
      "of another user.",
    example: "/var/log/vcm.log",
  },
  metrics_file: {
    means:
      "File to which `vcm run` writes metrics for Prometheus, in a directory of node_exporter's " +
      "textfile collector; its name ends in `.prom`.",
    example: "/var/lib/node_exporter/textfile/vcm.prom",
  },
  auth: { means: "How to log in.", example: { method: "cert" } },
  token_file: {
    means: "File that holds a token; `VAULT_TOKEN` overrides it.",
    example: "/etc/vcm/token",
  },
  vault_role_id: {
    means: "Role id of an AppRole, as in `auth` with `method: approle`; `VAULT_ROLE_ID` " +
      "overrides it.",
    example: "5c2f7a9e-0000-0000-0000-000000000000",
  },
  vault_secret_id: {
    means: "Secret id of an AppRole, as in `auth` with `method: approle`; `VAULT_SECRET_ID` " +
      "overrides it.",
    example: "81b3d0c4-0000-0000-0000-000000000000",
  },
  create_dirs: {
    means: "Whether missing directories of targets are created (mode 0755).",
    default: false,
    example: true,
  },
};
