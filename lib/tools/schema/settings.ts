import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { Settings } from "../../config/schema.ts";
import { ISSUING_DOCS } from "./issuing.ts";
import type { KeyDoc } from "./key_doc.ts";

/** Keys of `config`. */
export const SETTINGS_DOCS: Readonly<Record<keyof Settings, KeyDoc>> = {
  vault: {
    means: "Address of the server, or a list of them, tried in order; `VAULT_ADDR` comes first.",
    example: "https://vault.example.com:8200",
  },
  namespace: {
    means: "Namespace of Vault Enterprise or OpenBao; `VAULT_NAMESPACE` comes first.",
    example: "team/web",
  },
  vault_ssl_verify: {
    means: "How the server's certificate is verified: `true` (by the host's authorities), the " +
      "path of a CA file or of a directory of them, or `false`, which warns on every run; " +
      "`VAULT_SKIP_VERIFY`, `VAULT_CACERT` and `VAULT_CAPATH` come first.",
    default: true,
    example: "/etc/vcm/vault-ca.pem",
  },
  tls_server_name: {
    means: "Name that the server's certificate is for, where the address has another; " +
      "`VAULT_TLS_SERVER_NAME` comes first.",
    example: "vault.service.consul",
  },
  client_cert: {
    means: "Our own certificate for TLS, with `client_key`; `VAULT_CLIENT_CERT` comes first.",
    example: "/etc/vcm/client.pem",
  },
  client_key: {
    means: "The private key of `client_cert`; `VAULT_CLIENT_KEY` comes first.",
    example: "/etc/vcm/client.key",
  },
  redirect_hosts: {
    means: "Hosts to which a server of `vault` may redirect; others get no token.",
    example: ["vault-3.example.com"],
  },
  allow_http: {
    means: "Whether plain `http://` is allowed to other hosts than this one.",
    default: false,
    example: true,
  },
  retries: {
    means: "How often a request is repeated; `VAULT_MAX_RETRIES` comes first.",
    // The defaults of vault/access; a test compares them.
    default: 2,
    example: 3,
  },
  timeout: {
    means: "For one request with all that it is repeated; `VAULT_CLIENT_TIMEOUT` comes first.",
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
    means: "File to which what was done is appended; a link, a pipe, or a file in a directory " +
      "of another user is not written to.",
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
    means: "File that holds a token; `VAULT_TOKEN` comes first.",
    example: "/etc/vcm/token",
  },
  vault_role_id: {
    means: "Role id of an AppRole, as in `auth` with `method: approle`; `VAULT_ROLE_ID` comes " +
      "first.",
    example: "5c2f7a9e-0000-0000-0000-000000000000",
  },
  vault_secret_id: {
    means: "Secret id of an AppRole, as in `auth` with `method: approle`; `VAULT_SECRET_ID` " +
      "comes first.",
    example: "81b3d0c4-0000-0000-0000-000000000000",
  },
  create_dirs: {
    means: "Whether missing directories of targets are made (mode 0755).",
    default: false,
    example: true,
  },
};
