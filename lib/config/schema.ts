/**
 * The keys of the file: what each may be, and its default. Rules that span several entries (such as
 * duplicate names) are in rules.ts.
 */
import { COMBINED_ORDERS, TARGET_KINDS } from "../certificate/types.ts";
import { authErrors } from "./auth_form.ts";
import {
  defaultsOf,
  inherited,
  key,
  keysFor,
  list,
  map,
  oneOrMore,
  required,
  type ShortForm,
  type TypeOf,
} from "./declaration.ts";
import * as fallback from "./defaults.ts";
import * as names from "./scalars/names.ts";
import * as places from "./scalars/places.ts";
import * as plain from "./scalars/plain.ts";
import { oneOf } from "./scalars/scalar.ts";
import * as services from "./scalars/services.ts";
import { maintenanceWindow } from "./scalars/window.ts";
import { serviceErrors } from "./service_form.ts";
import { targetErrors } from "./target_form.ts";
import { trustErrors } from "./trust_form.ts";
import { AUTH_METHODS, CONTROLS, KEY_ORIGINS, KEY_TYPES, MANAGERS, STARTTLS } from "./types.ts";

const windows = oneOrMore(maintenanceWindow);
const createDirs = { create_dirs: key(plain.boolean, false) };

const targetKeys = {
  ...keysFor(TARGET_KINDS, places.file),
  source: key(oneOf(TARGET_KINDS)),
  dest: key(places.file),
  order: key(oneOf(COMBINED_ORDERS), fallback.DEFAULT_COMBINED_ORDER),
  password_file: key(places.secretFile),
  alias: key(plain.entryName),
  owner: key(plain.account),
  group: key(plain.account),
  mode: key(plain.fileMode),
  ...inherited(createDirs),
  in_place: key(plain.boolean, false),
  overwrite: key(plain.boolean, false),
};

const target = map(`a map such as {cert: "/etc/nginx/ssl/web.crt"}`, targetKeys, {
  errorsOf: targetErrors,
});

/** Program and arguments; no shell is used. */
const command = {
  ...list(services.word, `a list such as ["nginx", "-t"]`),
  atLeast: 1,
  errorOf: ([program = ""]: readonly string[]) =>
    services.isProgram(program)
      ? undefined
      : "expected a program first, by its name or absolute path; each argument is a separate entry",
};

const probeKeys = {
  connect: required(services.endpoint),
  servername: key(names.serverName),
  starttls: key(oneOf(STARTTLS)),
  timeout: key(plain.timeLimit, fallback.DEFAULT_PROBE_TIMEOUT),
};

const probeMap = map(`"HOST:PORT", or a map such as {connect: "127.0.0.1:443"}`, probeKeys);

/** The short form is the endpoint alone. */
const probe: ShortForm<TypeOf<typeof probeMap>> = {
  kind: "shortForm",
  scalar: services.endpoint,
  map: probeMap,
  expand: (connect: TypeOf<typeof services.endpoint>) => ({ connect }),
};

const serviceKeys = {
  name: required(services.serviceName),
  manager: key(oneOf(MANAGERS)),
  control: key(oneOf(CONTROLS), fallback.DEFAULT_CONTROL),
  signal: key(services.signal, fallback.DEFAULT_SIGNAL),
  pid_file: key(places.file),
  command: key(command),
  validate: key(command),
  probe: key(probe),
  timeout: key(plain.timeLimit, fallback.DEFAULT_SERVICE_TIMEOUT),
  settle: key(plain.timeLimit, fallback.DEFAULT_SETTLE),
  window: key(windows),
  order: key(plain.integer, fallback.DEFAULT_ORDER),
};

const service = map(`a map such as {name: "nginx.service"}`, serviceKeys, {
  errorsOf: serviceErrors,
});

const reissueKeys = {
  issued_before: required(plain.moment),
  within: key(plain.reissueTime, fallback.DEFAULT_REISSUE_WITHIN),
};

const reissue = map(
  `a map such as {issued_before: "2026-12-01T09:30Z", within: "2h"}`,
  reissueKeys,
);

/** Keys of `config` for all certificates, which each certificate may override. */
const issuingKeys = {
  ttl: key(plain.lifetime),
  renew: key(plain.renewalWindow, fallback.DEFAULT_RENEW),
  spread: key(plain.spread, 0),
  keep: key(plain.count, 0),
  reissue: key(reissue),
  window: key(windows),
  issuer: key(names.issuerName),
  pki: key(names.mount),
  role: key(names.role),
  issuer_ref: key(names.issuerRef),
  key: key(oneOf(KEY_ORIGINS), fallback.DEFAULT_KEY_ORIGIN),
  key_type: key(oneOf(KEY_TYPES)),
  reuse_key: key(plain.boolean, false),
  exclude_cn_from_sans: key(plain.boolean, false),
  remove_roots_from_chain: key(plain.boolean, false),
};

const certificateKeys = {
  name: required(names.certificateName),
  common_name: key(names.commonName),
  ...inherited(issuingKeys),
  dns_sans: key(list(names.dnsName, `a list such as ["api.example.com"]`)),
  ip_sans: key(list(names.ipAddress, `a list such as ["10.1.1.20"]`)),
  uri_sans: key(list(names.uri, `a list such as ["spiffe://example.com/web"]`)),
  email_sans: key(list(names.email, `a list such as ["ops@example.com"]`)),
  other_sans: key(list(names.otherSan, `a list of "OID;UTF8:TEXT"`)),
  deploy: key(list(target, `a list whose entries begin with "- "`)),
  service: key(list(service, `a list whose entries begin with "- "`)),
};

const certificate = map(`a map such as {name: "web.example.com"}`, certificateKeys);

const trustKeys = {
  name: required(names.certificateName),
  ca_bundle: key(oneOrMore(names.mount)),
  crl: key(oneOrMore(names.mount)),
  refresh: key(plain.period, fallback.DEFAULT_REFRESH),
  deploy: key(list(target, `a list whose entries begin with "- "`)),
  service: key(list(service, `a list whose entries begin with "- "`)),
};

const trust = map(`a map such as {name: "internal-ca", ca_bundle: "pki"}`, trustKeys, {
  errorsOf: trustErrors,
});

const authKeys = {
  method: required(oneOf(AUTH_METHODS)),
  mount: key(names.authMount),
  role: key(names.role),
  role_id: key(plain.secret),
  secret_id: key(plain.secret),
  secret_id_file: key(places.secretFile),
  wrapped_secret_id_file: key(places.secretFile),
  token_file: key(places.tokenFile),
  jwt_file: key(places.secretFile),
  jwt_command: key(command),
};

const auth = map(`a map such as {method: "approle"}`, authKeys, { errorsOf: authErrors });

const settingsKeys = {
  vault: key(oneOrMore(places.address)),
  namespace: key(names.namespace),
  vault_ssl_verify: key(places.tlsTrust, fallback.DEFAULT_TRUST),
  tls_server_name: key(names.serverName),
  client_cert: key(places.file),
  client_key: key(places.secretFile),
  redirect_hosts: key(oneOrMore(names.host)),
  allow_http: key(plain.boolean, false),
  retries: key(plain.count),
  timeout: key(plain.timeLimit, fallback.DEFAULT_TIMEOUT),
  ...issuingKeys,
  cert_store: key(places.directory, fallback.DEFAULT_CERT_STORE),
  log_file: key(places.file),
  metrics_file: key(places.metricsFile),
  max_run: key(plain.runLimit, fallback.DEFAULT_MAX_RUN),
  auth: key(auth),
  token_file: key(places.tokenFile),
  vault_role_id: key(plain.secret),
  vault_secret_id: key(plain.secret),
  ...createDirs,
};

const settings = map("a map of settings", settingsKeys);

const { owner, group, mode, create_dirs, order, ...ofOneTarget } = targetKeys;
const { control, timeout, settle, window, ...ofOneService } = serviceKeys;

const targetDefaults = map(
  `a map such as {owner: "www-data"}`,
  { owner, group, mode, create_dirs, order },
  { elsewhere: noDefaults(ofOneTarget, "deploy") },
);

const serviceDefaults = map(
  `a map such as {control: "restart"}`,
  { control, timeout, settle, window },
  { elsewhere: noDefaults(ofOneService, "service") },
);

function noDefaults(keys: object, list: string): ReadonlyMap<string, string> {
  const message = `cannot be a default; set it in the entries of "${list}"`;
  return new Map(Object.keys(keys).map((key) => [key, message]));
}

const defaults = map(`a map with the keys "deploy" and "service"`, {
  deploy: key(targetDefaults),
  service: key(serviceDefaults),
});

/** The certificates of one file. */
const certificates = list(certificate, `a list whose entries begin with "- "`);

/** Keys that begin so are free for anchors, as in Compose files. */
export const SPARE = "x-";

/** The whole file. */
export const fileSchema = map(
  `a map with the keys "config" and "certs"`,
  {
    config: key(settings),
    certs: required(certificates),
    trust: key(list(trust, `a list whose entries begin with "- "`)),
    include: key(oneOrMore(places.include)),
    defaults: key(defaults),
  },
  { spare: SPARE },
);

/** An included file, which takes only certificates. @param main The file that includes it. */
export function includedSchema(main: string) {
  const message = `is allowed only in the main file, ${main}`;
  return map(`a map with the key "certs"`, { certs: required(certificates) }, {
    spare: SPARE,
    elsewhere: new Map(["config", "trust", "include", "defaults"].map((key) => [key, message])),
  });
}

/** A whole file, before defaults are filled in. */
export type File = TypeOf<typeof fileSchema>;
/** The map `config`. */
export type Settings = TypeOf<typeof settings>;
/** One entry of `certs`. */
export type CertificateEntry = TypeOf<typeof certificate>;
/** One entry of `trust`. */
export type TrustEntry = TypeOf<typeof trust>;
/** The map `auth`. */
export type AuthEntry = TypeOf<typeof auth>;
/** One entry of `service`. */
export type ServiceEntry = TypeOf<typeof service>;
/** The value of `probe`, in either form. */
export type ProbeEntry = TypeOf<typeof probe>;
/** The map `reissue`. */
export type ReissueEntry = TypeOf<typeof reissue>;
/** One entry of `deploy`, in either form. */
export type TargetEntry = TypeOf<typeof target>;
/** The map `defaults`. */
export type Defaults = TypeOf<typeof defaults>;

/** The defaults of each map that has some. */
export const DEFAULTS = {
  config: defaultsOf(settingsKeys),
  deploy: defaultsOf(targetKeys),
  service: defaultsOf(serviceKeys),
  probe: defaultsOf(probeKeys),
  reissue: defaultsOf(reissueKeys),
  trust: defaultsOf(trustKeys),
};
