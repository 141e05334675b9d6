/** Trees of configurations without a mistake: each key now and then, each value as it may be. */
import fc from "fast-check";
import { CONTROLS, KEY_TYPES, type Manager, STARTTLS } from "../../../lib/config/types.ts";
import { TARGET_KINDS, type TargetKind } from "../../../lib/certificate/types.ts";

type Values = Readonly<Record<string, unknown>>;

/** Any of these keys, each there or not. */
function some(keys: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Values> {
  return fc.record(keys, { requiredKeys: [] }) as fc.Arbitrary<Values>;
}

const word = fc.stringMatching(/^[a-z]\w{0,8}$/);
const dnsName = fc.domain().map((domain) => domain.toLowerCase());
const wildcard = dnsName.map((domain) => `*.${domain}`);
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const boolean = fc.oneof(fc.boolean(), fc.constantFrom("true", "false"));
const count = (most: number) =>
  fc.nat(most).chain((number) => fc.constantFrom(number, String(number)));
const duration = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom("m", "h", "d", "w"))
  .map((parts) => parts.join(""));
const timeLimit = fc.integer({ min: 1, max: 60 }).chain((number) =>
  fc.constantFrom(number, `${number}s`, `${number}m`)
);
const share = fc.integer({ min: 1, max: 80 }).map((percent) => `${percent}%`);
const mode = fc.constantFrom("0600", "0640", "640", "0o400", 600, 440, "00600");
const time = fc.tuple(fc.nat(22), fc.nat(59)).map((parts) =>
  parts.map((part) => String(part).padStart(2, "0")).join(":")
);
const window = fc.tuple(fc.constantFrom("", "Sat,Sun ", "mon - fri ", "Fri-Mon,Wed "), time)
  .map(([days, from]) => `${days}${from}-24:00`);
/** Any text but that in which a variable would be put. */
const text = fc.string().map((text) => text.replaceAll("${", "$ {"));
const oneOrMore = (item: fc.Arbitrary<unknown>) =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));
const command = fc.tuple(fc.constantFrom("nginx", "/usr/sbin/nginx"), fc.array(text))
  .map(([program, args]) => [program, ...args.map((arg) => arg.replaceAll("\0", ""))]);

/** What `config` and a certificate may both say, with a `renew` that no `ttl` is too short for. */
const issuing = some({
  ttl: duration,
  renew: share,
  spread: share,
  window: oneOrMore(window),
  issuer: word,
  pki: path,
  role: word,
  issuer_ref: word,
  key_type: fc.constantFrom(...KEY_TYPES),
  exclude_cn_from_sans: boolean,
  remove_roots_from_chain: boolean,
  keep: count(99),
});

const login = fc.oneof(
  fc.constant({}),
  some({ token_file: fc.constant("/etc/vcm/token"), vault_role_id: word, vault_secret_id: word }),
  some({ mount: path, role: word, jwt_file: fc.constant("/etc/vcm/jwt") })
    .map((keys) => ({ auth: { method: "jwt", ...keys } })),
  some({ mount: path, role_id: word, secret_id: word })
    .map((keys) => ({ auth: { method: "approle", ...keys } })),
  some({ mount: path, role: word }).map((keys) => ({ auth: { method: "cert", ...keys } })),
  fc.constant({ auth: { method: "token", token_file: "/etc/vcm/token" } }),
);

const settings = fc.tuple(
  issuing,
  login,
  some({
    vault: oneOrMore(
      dnsName.chain((name) => fc.constantFrom(`https://${name}:8200`, `unix:///run/${name}.sock`)),
    ),
    namespace: path,
    vault_ssl_verify: fc.oneof(boolean, fc.constant("/etc/ssl/ca.pem")),
    tls_server_name: dnsName,
    redirect_hosts: oneOrMore(dnsName),
    allow_http: boolean,
    retries: count(99),
    timeout: timeLimit,
    cert_store: fc.constantFrom("/srv/store", "/srv//store/./", "/srv/store/"),
    log_file: fc.constant("/var/log/vcm.log"),
    create_dirs: boolean,
  }),
  fc.constantFrom({}, { client_cert: "/etc/c.pem", client_key: "/etc/c.key" }),
  fc.constantFrom({}, { key: "local", reuse_key: true }, { key: "vault" }),
).map((parts): Values => Object.assign({ pki: "pki", role: "web" }, ...parts));

/** The last part of its path tells a target from all others. */
const target = fc.tuple(
  // Only trust entries have CRLs.
  fc.constantFrom(...TARGET_KINDS.filter((what) => what !== "crl")),
  fc.boolean(),
  path,
  some({ owner: word, group: count(70_000), mode, create_dirs: boolean }),
  fc.constantFrom({}, { in_place: true }, { in_place: false }),
  fc.constantFrom({}, { overwrite: true }, { overwrite: false }),
);

function targetEntry(
  [what, long, directory, keys, inPlace, overwrite]: [
    TargetKind,
    boolean,
    string,
    Values,
    Values,
    Values,
  ],
  at: string,
): Values {
  const dest = `/etc/${directory}/${at}.pem`;
  const password = what === "pkcs12" ? { password_file: "/etc/vcm/password" } : {};
  const over = what === "bundle" ? {} : { ...inPlace, ...overwrite };
  return { ...keys, ...over, ...password, ...(long ? { source: what, dest } : { [what]: dest }) };
}

/** What makes a service one of each kind. */
const FORMS: Readonly<Record<Manager | "none", fc.Arbitrary<Values>>> = {
  none: some({ control: fc.constantFrom(...CONTROLS) }),
  systemd: some({ manager: fc.constant("systemd"), control: fc.constantFrom(...CONTROLS) }),
  docker: fc.constantFrom({ manager: "docker" }, { manager: "docker", control: "restart" }),
  podman: fc.constantFrom({ manager: "podman", signal: "SIGHUP" }, { manager: "podman" }),
  pid_file: fc.constantFrom({ pid_file: "/run/a.pid" }, { pid_file: "/run/b.pid", signal: "usr1" }),
  command: command.map((command) => ({ command })),
};

const service = fc.tuple(
  fc.oneof(...Object.values(FORMS)),
  some({ validate: command, timeout: timeLimit, window: oneOrMore(window), order: count(1_000) }),
  fc.option(some({ starttls: fc.constantFrom(...STARTTLS), timeout: timeLimit })),
);

/** @param at Its number in the file, which tells it and its port from all others. */
function serviceEntry([form, keys, probe]: [Values, Values, Values | null], at: number): Values {
  const connect = `127.0.0.1:${1_000 + at}`;
  const short = probe !== null && Object.keys(probe).length === 0;
  return {
    name: `s${at}`,
    ...form,
    ...keys,
    ...(probe === null ? {} : { probe: short ? connect : { connect, ...probe } }),
  };
}

const certificate = fc.record({
  name: fc.oneof(dnsName, wildcard, word, text),
  issuing,
  names: some({
    common_name: dnsName,
    dns_sans: fc.array(fc.oneof(dnsName, wildcard)),
    ip_sans: fc.array(address),
    uri_sans: fc.array(word.map((name) => `spiffe://example.com/${name}`)),
    email_sans: fc.array(word.map((name) => `${name}@example.com`)),
    other_sans: fc.array(word.map((name) => `1.2.3;UTF8:${name}`)),
  }),
  targets: fc.array(target, { maxLength: 3 }),
  services: fc.array(service, { maxLength: 2 }),
});

export interface ValidTree {
  readonly tree: Values;
  readonly names: readonly string[];
  /** Of the last parts of all targets' paths. */
  readonly files: readonly string[];
}

export const validTree: fc.Arbitrary<ValidTree> = fc.tuple(
  fc.option(settings),
  fc.array(certificate, { maxLength: 3 }),
).map(([config, certificates]) => {
  let services = 0;
  const names = certificates.map(({ name }, at) => `${at}${name.replace(/\/|\s+$/g, "")}x`);
  const files: string[] = [];
  const certs = certificates.map(({ issuing, names: sans, targets, services: used }, at) => ({
    pki: "pki",
    role: "web",
    ...issuing,
    ...sans,
    name: names[at],
    ...(targets.length > 0 && {
      deploy: targets.map((target) =>
        targetEntry(target, String(files.push(String(files.length))))
      ),
    }),
    ...(used.length > 0 && { service: used.map((one) => serviceEntry(one, services++)) }),
  }));
  return { tree: { ...(config && { config }), certs }, names, files };
});
