/** The docs of all keys. A key without docs, or docs without a key, do not compile. */
import type { Keys } from "../../config/declaration.ts";
import type {
  AuthEntry,
  CertificateEntry,
  Defaults,
  File,
  ProbeEntry,
  ReissueEntry,
  TrustEntry,
} from "../../config/schema.ts";
import type { KeyDoc, KeyDocs } from "./key_doc.ts";
import { SERVICE_DOCS } from "./service.ts";
import { ISSUING_DOCS, SETTINGS_DOCS } from "./settings.ts";
import { TARGET_DOCS } from "./target.ts";

const PROBE_DOCS: KeyDocs<ProbeEntry> = {
  connect: { means: "Address to connect to.", example: "127.0.0.1:25" },
  servername: {
    means: "Name to ask for.",
    otherwise: "the first host name of the certificate that is not a wildcard",
    example: "mail.example.com",
  },
  starttls: {
    means: "Protocol that starts in plain text.",
    otherwise: "TLS at once",
    example: "smtp",
  },
  timeout: {
    means: "Limit for one probe, and for the new certificate to be served after an action.",
    example: "1m",
  },
};

const REISSUE_DOCS: KeyDocs<ReissueEntry> = {
  issued_before: {
    means: "What was issued before this time is due, from this time on.",
    example: "2026-12-01T09:30Z",
  },
  within: {
    means: "How long it takes until all are due: the serial number of a certificate decides when " +
      "it is.",
    example: "2h",
  },
};

const AUTH_DOCS: KeyDocs<AuthEntry> = {
  method: {
    means: "The auth method; `none`: an agent or proxy adds its own token.",
    example: "approle",
  },
  mount: {
    means: "`approle`, `cert`, `jwt`, `kubernetes`: mount path of the auth method.",
    otherwise: "the name of the method",
    example: "approle-web",
  },
  role: {
    means: "`cert`, `jwt`, `kubernetes`: role to log in as; required for `kubernetes`.",
    otherwise: "the server's",
    example: "vcm",
  },
  role_id: {
    means: "`approle`: role id; `VAULT_ROLE_ID` overrides it.",
    example: "5c2f7a9e-0000-0000-0000-000000000000",
  },
  secret_id: {
    means: "`approle`: secret id; `VAULT_SECRET_ID` overrides it.",
    example: "81b3d0c4-0000-0000-0000-000000000000",
  },
  secret_id_file: {
    means: "`approle`: file that contains the secret id.",
    example: "/etc/vcm/secret-id",
  },
  wrapped_secret_id_file: {
    means: "`approle`: file that contains a wrapping token; the unwrapped secret id is " +
      "saved in `secret_id_file`, which is required; use a separate directory for that file.",
    example: "/etc/vcm/wrapped-secret-id",
  },
  token_file: {
    means: "`token`: file that contains the token; required.",
    example: "/etc/vcm/token",
  },
  jwt_file: {
    means: "`jwt`, `kubernetes`: file that contains the JWT.",
    otherwise: "the credential `vault_jwt`; with `kubernetes` the token of the service account",
    example: "/etc/vcm/jwt",
  },
  jwt_command: {
    means: "`jwt`: program and arguments that print the JWT and nothing else, within `timeout`; " +
      "run only if something is to be asked of the server, without a shell and with no variables " +
      "but `PATH`, `LC_ALL` and `TZ`.",
    example: ["/usr/local/bin/instance-identity", "vault"],
  },
};

const FILE_DOCS: KeyDocs<File> = {
  config: {
    means: "Settings for all certificates.",
    example: { pki: "pki_internal", role: "internal-service" },
  },
  certs: {
    means: "The certificates of this host, one entry each; optional with `include` or `trust`.",
    example: [{ name: "web.example.com" }],
  },
  trust: {
    means:
      "What services verify other certificates with: CA certificates and CRLs, one entry each.",
    example: [{ name: "internal-ca", ca_bundle: "pki_internal" }],
  },
  include: {
    means:
      "Files with further certificates: paths, or patterns with `*` in their last part, from " +
      "the directory of this file.",
    example: "conf.d/*.yaml",
  },
  defaults: {
    means: "Defaults for entries of `deploy` and `service`.",
    example: { deploy: { owner: "root" }, service: { control: "reload" } },
  },
};

const CERTIFICATE_DOCS: KeyDocs<CertificateEntry> = {
  name: {
    means: "Unique name, and the name of its directory in the store; wildcards too, such as " +
      "`*.apps.example.com`.",
    example: "web.example.com",
  },
  common_name: {
    means: "Common name, if it differs from `name`. An IP address is also an IP SAN. If it is " +
      '`""`, the certificate has none: the role must have `require_cn=false`.',
    otherwise: "`name`",
    example: "web.example.com",
  },
  ...ISSUING_DOCS,
  dns_sans: { means: "Further DNS names.", example: ["api.example.com", "*.web.example.com"] },
  ip_sans: { means: "IP addresses.", example: ["10.1.1.20", "fd00::20"] },
  uri_sans: {
    means: "URIs, such as SPIFFE ids.",
    example: ["spiffe://example.com/web"],
  },
  email_sans: { means: "E-mail addresses.", example: ["ops@example.com"] },
  other_sans: {
    means: "Other names, with their object identifiers.",
    example: ["1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com"],
  },
  deploy: { means: "Files that services read.", example: [{ cert: "/etc/nginx/ssl/web.crt" }] },
  service: { means: "Services that read them.", example: [{ name: "nginx.service" }] },
};

const TRUST_DOCS: KeyDocs<TrustEntry> = {
  name: {
    means: "Unique name, also among certificates, and the name of its directory in the store.",
    example: "internal-ca",
  },
  ca_bundle: {
    means: "The CA certificates to deploy as `ca`: those of all issuers of a mount, or of one, " +
      "`MOUNT/issuer/REF`.",
    example: "pki_internal",
  },
  crl: {
    means:
      "The CRLs to deploy as `crl`: those of all issuers of a mount that have one, or of one " +
      "issuer, `MOUNT/issuer/REF`. Programs that check a whole chain need the CRL of each of its CAs.",
    example: ["pki_internal", "pki_root/issuer/root-2026"],
  },
  refresh: {
    means: "`ca_bundle`: how often it is asked for again.",
    example: "12h",
  },
  deploy: {
    means: "Files that services read, each `ca` or `crl`.",
    example: [{ ca: "/etc/nginx/ssl/internal-ca.pem" }],
  },
  service: { means: "Services that read them.", example: [{ name: "nginx.service" }] },
};

const { owner, group, mode, create_dirs, order } = TARGET_DOCS;
const { control, timeout, settle, window } = SERVICE_DOCS;

/** The docs of each map, by its key. `file` is the top level. */
export const KEY_DOCS = {
  file: FILE_DOCS,
  config: SETTINGS_DOCS,
  auth: AUTH_DOCS,
  reissue: REISSUE_DOCS,
  certs: CERTIFICATE_DOCS,
  trust: TRUST_DOCS,
  deploy: TARGET_DOCS,
  service: SERVICE_DOCS,
  probe: PROBE_DOCS,
  defaults: {
    deploy: {
      means: "Defaults for entries of `deploy`.",
      example: { owner: "root", group: "ssl-cert", mode: "0640" },
    },
    service: {
      means: "Defaults for entries of `service`.",
      example: { control: "reload", timeout: "5m" },
    },
  } satisfies KeyDocs<Defaults>,
  "defaults.deploy": { owner, group, mode, create_dirs, order } satisfies KeyDocs<
    NonNullable<Defaults["deploy"]>
  >,
  "defaults.service": { control, timeout, settle, window } satisfies KeyDocs<
    NonNullable<Defaults["service"]>
  >,
};

/** A kind of map. */
export type MapName = keyof typeof KEY_DOCS;

/** Throws for a map that the declaration calls by another name. */
export function docOf(map: MapName, key: string): KeyDoc {
  const docs: Readonly<Record<string, KeyDoc>> | undefined = KEY_DOCS[map];
  const doc = docs?.[key];
  if (doc === undefined) throw new Error(`No docs for the key "${key}" of "${map}"`);
  return doc;
}

/** The default of a key as the file has it; undefined if it has none. */
export function shownDefault({ value, default: fallback }: Keys[string]): unknown {
  return value.kind === "scalar" && fallback !== undefined ? value.show(fallback) : undefined;
}

/** The kind of map under a key of another one. */
export function mapBelow(map: MapName, key: string): MapName {
  return (map === "defaults" ? `defaults.${key}` : key) as MapName;
}
