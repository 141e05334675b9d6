import { DEFAULT_KEY_TYPE } from "../../config/defaults.ts";
import type { CertificateEntry, Settings } from "../../config/schema.ts";
import type { KeyDoc, KeyDocs } from "./key_doc.ts";

/** The keys that may be set under `config` and for each certificate. */
export type IssuingKey = keyof Settings & keyof CertificateEntry;

const HERE_OR_THERE = "required, here or in each entry of `certs`";

/** Docs of these keys under `config`. */
export const ISSUING_DOCS: Readonly<Record<IssuingKey, KeyDoc>> = {
  ttl: { means: "Lifetime to ask for.", otherwise: "the role's", example: "90d" },
  renew: {
    means: "How long before it expires a certificate is renewed: a duration, or a share of " +
      "its lifetime.",
    example: "14d",
  },
  spread: {
    means: "Share of the renewal window over which renewals are spread, from `0%` to `80%`: " +
      "the serial number of a certificate decides its delay.",
    example: "20%",
  },
  keep: {
    means: "How many archived sets of a certificate, revoked ones included, are kept in " +
      "`archive/` of the store when a new one is issued.",
    example: 3,
  },
  reissue: {
    means: "For an emergency: what was issued before a time is issued again, with a new key.",
    otherwise: "none",
    example: { issued_before: "2026-12-01T09:30Z", within: "2h" },
  },
  window: {
    means: "Maintenance windows that renewals and service actions wait for, in the host's time " +
      "zone.",
    otherwise: "any time",
    example: "Sat,Sun 02:00-04:00",
  },
  issuer: {
    means: "Required common name of the issuer; a certificate from another issuer is renewed.",
    otherwise: "any",
    example: "Internal CA",
  },
  pki: {
    means: "Mount path of the PKI secrets engine.",
    otherwise: HERE_OR_THERE,
    example: "pki_internal",
  },
  role: { means: "Role at that mount.", otherwise: HERE_OR_THERE, example: "internal-service" },
  issuer_ref: {
    means: "Name or id of an issuer of the mount.",
    otherwise: "the role's",
    example: "internal-ca-2026",
  },
  key: {
    means: "Where the private key is generated: `vault` (uses `issue`), or `local`, so that " +
      "it never leaves this host (uses `sign`).",
    example: "local",
  },
  key_type: {
    means: "Type of the private key; with `key: vault` the role decides, and a different type " +
      "is an error.",
    otherwise: `the role's; \`${DEFAULT_KEY_TYPE}\` with \`key: local\``,
    example: "ec-256",
  },
  reuse_key: {
    means: "Whether the stored key is reused; requires `key: local`.",
    example: true,
  },
  exclude_cn_from_sans: {
    means:
      "Whether the SANs omit the common name. Otherwise a certificate without it is refused, " +
      "if it is the name of a host or an IP address.",
    example: true,
  },
  remove_roots_from_chain: {
    means: "Whether the server omits the root from its answer; `ca.pem` then ends with the CA " +
      "below it.",
    example: true,
  },
};

export const SETTINGS_DOCS: KeyDocs<Settings> = {
  vault: {
    means: "Address of the server, or of an agent or proxy, also on a Unix domain socket " +
      "(`unix:///run/vault-agent.sock`), or a list of them, tried in order; `VAULT_ADDR` " +
      "overrides it.",
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
    example: true,
  },
  retries: {
    means: "How often a request is repeated at most; `VAULT_MAX_RETRIES` overrides it.",
    otherwise: "as often as `timeout` allows",
    example: 3,
  },
  timeout: {
    means: "Limit for one request with all its repetitions; `VAULT_CLIENT_TIMEOUT` overrides it.",
    example: "30s",
  },
  ...ISSUING_DOCS,
  cert_store: {
    means: "Directory of the store.",
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
  max_run: {
    means:
      "Limit for a run: afterwards it begins nothing new and ends in order. What is left counts " +
      "as failed, and the next run does it.",
    example: "20m",
  },
  auth: { means: "How to log in.", example: { method: "cert" } },
  token_file: {
    means: "File that contains a token; `VAULT_TOKEN` overrides it.",
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
    example: true,
  },
};
