/**
 * The schema of the file, from which its types are derived and by which each key is validated. Rules
 * that span several entries (such as duplicate names) are in rules.ts.
 */
import * as v from "valibot";
import { defaultsSchema } from "./defaults_schema.ts";
import * as names from "./read_names.ts";
import * as places from "./read_places.ts";
import * as scalars from "./read_scalars.ts";
import * as services from "./read_service.ts";
import { readWindow } from "./read_window.ts";
import { serviceErrors } from "./service_form.ts";
import { type EntryError, list, map, oneOrMore, optional, scalar, withRules } from "./shapes.ts";
import { targetErrors } from "./target_form.ts";
import {
  AUTH_METHODS,
  type AuthMethod,
  CONTROLS,
  KEY_ORIGINS,
  KEY_TYPES,
  MANAGERS,
  STARTTLS,
} from "./types.ts";
import { COMBINED_ORDERS, TARGET_KINDS } from "../certificate/types.ts";

const target = withRules(
  map(`a map such as {cert: "/etc/nginx/ssl/web.crt"}`, {
    ...v.entriesFromList(TARGET_KINDS, optional(places.readFilePath)),
    source: optional(scalars.readOneOf(TARGET_KINDS)),
    dest: optional(places.readFilePath),
    order: optional(scalars.readOneOf(COMBINED_ORDERS)),
    password_file: optional(places.readSecretFile),
    alias: optional(scalars.readAlias),
    owner: optional(scalars.readAccount),
    group: optional(scalars.readAccount),
    mode: optional(scalars.readMode),
    create_dirs: optional(scalars.readBoolean),
    in_place: optional(scalars.readBoolean),
    overwrite: optional(scalars.readBoolean),
  }),
  targetErrors,
);

/** Program and arguments; no shell is used. */
const command = v.pipe(
  list(scalar(services.readWord), `a list such as ["nginx", "-t"]`),
  v.minLength(1, "must have at least one entry"),
  v.check(
    ([program]) => program === undefined || services.isProgram(program),
    "expected a program first, by its name or absolute path; each argument is a separate entry",
  ),
);

const probe = map(`"HOST:PORT", or a map such as {connect: "127.0.0.1:443"}`, {
  connect: scalar(services.readEndpoint),
  servername: optional(names.readServerName),
  starttls: optional(scalars.readOneOf(STARTTLS)),
  timeout: optional(scalars.readTimeLimit),
});

/** The short form is the endpoint alone. */
const probeForms = v.lazy((input) =>
  typeof input === "string"
    ? v.pipe(scalar(services.readEndpoint), v.transform((connect) => ({ connect })))
    : probe
) as unknown as typeof probe;

const service = withRules(
  map(`a map such as {name: "nginx.service"}`, {
    name: scalar(services.readServiceName),
    manager: optional(scalars.readOneOf(MANAGERS)),
    control: optional(scalars.readOneOf(CONTROLS)),
    signal: optional(services.readSignal),
    pid_file: optional(places.readFilePath),
    command: v.exactOptional(command),
    validate: v.exactOptional(command),
    probe: v.exactOptional(probeForms),
    timeout: optional(scalars.readTimeLimit),
    window: v.exactOptional(oneOrMore(readWindow)),
    order: optional(scalars.readInteger),
  }),
  serviceErrors,
);

/** Keys of `config` for all certificates, which each certificate may override. */
const issuing = {
  ttl: optional(scalars.readDuration),
  renew: optional(scalars.readRenew),
  spread: optional(services.readSpread),
  keep: optional(scalars.readCount),
  window: v.exactOptional(oneOrMore(readWindow)),
  issuer: optional(names.readCommonName),
  pki: optional(names.readMount),
  role: optional(names.readRole),
  issuer_ref: optional(names.readIssuerRef),
  key: optional(scalars.readOneOf(KEY_ORIGINS)),
  key_type: optional(scalars.readOneOf(KEY_TYPES)),
  reuse_key: optional(scalars.readBoolean),
  exclude_cn_from_sans: optional(scalars.readBoolean),
  remove_roots_from_chain: optional(scalars.readBoolean),
};

const certificate = map(`a map such as {name: "web.example.com"}`, {
  name: scalar(names.readCertificateName),
  common_name: optional(names.readCommonName),
  ...issuing,
  dns_sans: v.exactOptional(list(scalar(names.readDnsName), `a list such as ["api.example.com"]`)),
  ip_sans: v.exactOptional(list(scalar(names.readIpAddress), `a list such as ["10.1.1.20"]`)),
  uri_sans: v.exactOptional(
    list(scalar(names.readUri), `a list such as ["spiffe://example.com/web"]`),
  ),
  email_sans: v.exactOptional(list(scalar(names.readEmail), `a list such as ["ops@example.com"]`)),
  other_sans: v.exactOptional(list(scalar(names.readOtherSan), `a list of "OID;UTF8:TEXT"`)),
  deploy: v.exactOptional(list(target, `a list whose entries begin with "- "`)),
  service: v.exactOptional(list(service, `a list whose entries begin with "- "`)),
});

/** The keys of `auth` besides `method`, by its value. */
export const AUTH_KEYS: Readonly<Record<AuthMethod, readonly string[]>> = {
  token: ["token_file"],
  approle: ["mount", "role_id", "secret_id", "secret_id_file", "wrapped_secret_id_file"],
  cert: ["mount", "role"],
  jwt: ["mount", "role", "jwt_file"],
};

const ALL_AUTH_KEYS = new Set(AUTH_METHODS.flatMap((method) => AUTH_KEYS[method]));

/** Errors of the keys of `auth`, given its method. */
function authErrors(entry: Readonly<Record<string, unknown>>): EntryError[] {
  const method = AUTH_METHODS.find((method) => method === entry["method"]);
  if (method === undefined) return [];
  const errors: EntryError[] = [];
  const add = (key: string, message: string) => errors.push({ key, message });
  const own = AUTH_KEYS[method];
  for (const key of Object.keys(entry)) {
    if (!ALL_AUTH_KEYS.has(key) || own.includes(key)) continue;
    add(key, `is not allowed with "method: ${method}", which takes ${own.join(", ")}`);
  }
  const { secret_id, secret_id_file, wrapped_secret_id_file } = entry;
  if (method === "approle" && secret_id !== undefined && secret_id_file !== undefined) {
    add("secret_id_file", `cannot be combined with "secret_id"; use one of them`);
  }
  if (
    method === "approle" && wrapped_secret_id_file !== undefined && !("secret_id_file" in entry)
  ) {
    add(
      "wrapped_secret_id_file",
      `needs "secret_id_file": the token can be unwrapped only once, and the secret id is kept ` +
        "in that file",
    );
  }
  if (method === "token" && !("token_file" in entry)) add("method", `needs "token_file"`);
  return errors;
}

const auth = withRules(
  map(`a map such as {method: "approle"}`, {
    method: scalar(scalars.readOneOf(AUTH_METHODS)),
    mount: optional(names.readAuthMount),
    role: optional(names.readRole),
    role_id: optional(scalars.readSecret),
    secret_id: optional(scalars.readSecret),
    secret_id_file: optional(places.readSecretFile),
    wrapped_secret_id_file: optional(places.readSecretFile),
    token_file: optional(places.readTokenFile),
    jwt_file: optional(places.readSecretFile),
  }),
  authErrors,
);

const settings = map(`a map of settings`, {
  vault: v.exactOptional(oneOrMore(places.readAddress)),
  namespace: optional(names.readNamespace),
  vault_ssl_verify: optional(places.readTlsTrust),
  tls_server_name: optional(names.readServerName),
  client_cert: optional(places.readFilePath),
  client_key: optional(places.readSecretFile),
  redirect_hosts: v.exactOptional(oneOrMore(names.readHost)),
  allow_http: optional(scalars.readBoolean),
  retries: optional(scalars.readCount),
  timeout: optional(scalars.readTimeLimit),
  ...issuing,
  cert_store: optional(places.readDirectoryPath),
  log_file: optional(places.readFilePath),
  metrics_file: optional(places.readMetricsFile),
  max_run: optional(scalars.readRunLimit),
  auth: v.exactOptional(auth),
  token_file: optional(places.readTokenFile),
  vault_role_id: optional(scalars.readSecret),
  vault_secret_id: optional(scalars.readSecret),
  create_dirs: optional(scalars.readBoolean),
});

/** The prefix of top-level keys that are free for anchors. */
export const SPARE = "x-";

/** The certificates of one file. */
export const certificates = list(certificate, `a list whose entries begin with "- "`);

/** The whole file. Keys that begin with `x-` are free for anchors, as in Compose files. */
export const fileSchema = map(
  `a map with the keys "config" and "certs"`,
  {
    config: v.exactOptional(settings),
    certs: certificates,
    include: v.exactOptional(oneOrMore(places.readInclude)),
    // Lazy, because few files use it.
    defaults: v.exactOptional(v.lazy(defaultsSchema)),
  },
  SPARE,
);

/** A whole file, before defaults are filled in. */
export type File = v.InferOutput<typeof fileSchema>;
/** The map `config`. */
export type Settings = v.InferOutput<typeof settings>;
/** One entry of `certs`. */
export type CertificateEntry = v.InferOutput<typeof certificate>;
/** The map `auth`. */
export type AuthEntry = v.InferOutput<typeof auth>;
/** One entry of `service`. */
export type ServiceEntry = v.InferOutput<typeof service>;
/** The value of `probe`, in either form. */
export type ProbeEntry = v.InferOutput<typeof probe>;
/** One entry of `deploy`, in either form. */
export type TargetEntry = v.InferOutput<typeof target>;

/** The map `defaults`. */
export type Defaults = v.InferOutput<ReturnType<typeof defaultsSchema>>;
