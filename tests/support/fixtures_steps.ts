/** Steps in which each key that a step can have stands at least once. */
import type { ProbeSpec } from "../../lib/config/types.ts";
import type {
  CertificateRequest,
  Due,
  PendingReason,
  ServiceAction,
  ServiceStep,
  Step,
} from "../../lib/plan/types.ts";
import type {
  BundleStep,
  Difference,
  Drift,
  FileOwners,
  FileStep,
} from "../../lib/plan/target_types.ts";
import type { Replaced } from "../../lib/store/types.ts";
import { NOW } from "./fixtures.ts";

/** An object without one of its type's keys does not compile. */
export type Whole<T> = { readonly [K in keyof T]-?: T[K] };

const by = { uid: 33, gid: 33 };
export const due: Due = { reason: "missing", detail: "there is none" };
export const pending: PendingReason = { reason: "pending", detail: "it has not loaded its files" };
const DIFFERENCES: { readonly [K in Difference["kind"]]: Whole<Extract<Drift, { kind: K }>> } = {
  "missing": { kind: "missing", files: ["cert"] },
  "not-a-file": { kind: "not-a-file", found: "symlink", files: [] },
  "content": { kind: "content", from: "serial 01", to: "serial 02", detail: "cut off", files: [] },
  "renewed": { kind: "renewed", detail: "new CRLs", files: [] },
  "forced": { kind: "forced", files: [] },
  "pending-validation": { kind: "pending-validation", files: [] },
  "owner": { kind: "owner", from: "root", to: "www-data", files: [] },
  "group": { kind: "group", from: "root", to: "www-data", files: [] },
  "mode": { kind: "mode", from: "0644", to: "0600", files: [] },
};
export const drift: readonly Drift[] = Object.values(DIFFERENCES);

const REQUEST: Whole<CertificateRequest> = {
  mount: "pki",
  role: "web",
  commonName: "web",
  dnsSans: ["api"],
  ipSans: ["10.0.0.1"],
  uriSans: ["spiffe://web"],
  emailSans: ["web@example.com"],
  otherSans: ["1.2.3;UTF8:web"],
  excludeCnFromSans: false,
  removeRootsFromChain: true,
  issuerRef: "default",
  issuer: "Example CA",
  ttl: 86_400,
  ttlText: "24h",
  key: { origin: "local", type: "ec-256", reuse: true },
};

const REPLACED: Whole<Replaced> = {
  path: "/a",
  by,
  inPlace: true,
  kept: true,
  identity: "65024:1:2",
};

const OWNERS: Whole<FileOwners> = { uid: 33, gid: 33 };

const FILE: Whole<Omit<FileStep, "acls">> = {
  what: "combined",
  order: "cert-first",
  alias: "tomcat",
  passwordFile: "/p",
  by,
  path: "/a",
  drift,
  changes: [{ kind: "mode", from: "2644", to: "0644" }],
  uid: 33,
  gid: 33,
  mode: 0o600,
  acl: "user::rw-\nother::---\ngroup::---\nmask::r--\nuser:33:r--",
  createDirs: true,
  inPlace: true,
  endsBundle: true,
};

/** What only files have. */
type FileOnly = "order" | "passwordFile" | "alias" | "by" | "inPlace" | "endsBundle" | "acl";

const BUNDLE: Whole<Omit<BundleStep, FileOnly>> = {
  what: "bundle",
  path: "/b",
  drift,
  changes: [{ kind: "mode", from: "2644", to: "0644", files: ["cert.pem"] }],
  uid: 33,
  gid: 33,
  mode: 0o755,
  modes: { cert: 0o644, chain: 0o644, fullchain: 0o644, privkey: 0o600, ca: 0o644 },
  owners: { cert: OWNERS, chain: OWNERS, fullchain: OWNERS, privkey: OWNERS, ca: OWNERS },
  acls: { cert: "user::rw-", chain: "user::rw-", fullchain: "x", privkey: "x", ca: "x" },
  createDirs: true,
};

const ACTIONS: readonly ServiceAction[] = [
  { manager: "systemd", name: "nginx.service", control: "reload" },
  { manager: "docker", name: "web", control: "signal", signal: "HUP" },
  { manager: "pid_file", pidFile: "/run/x.pid", signal: "HUP" },
  { manager: "command", command: ["x", "reload"] },
];

const PROBE: Whole<ProbeSpec> = {
  host: "10.0.0.1",
  port: 25,
  serverName: "web",
  startTls: "smtp",
  timeout: 30,
};

const work = {
  service: "nginx.service",
  pending,
  certificates: ["web"],
  about: { certificates: ["web"], files: ["/a"] },
  validate: [["nginx", "-t"]],
  timeout: 120,
};

function serviceStep(action: ServiceAction): Whole<ServiceStep> {
  const probes = [{ certificate: "web", probe: PROBE }];
  return { kind: "service", action, probes, actedAt: new Date(), settle: 2, ...work };
}

const issue: Whole<Extract<Step, { kind: "issue" }>> = {
  kind: "issue",
  certificate: "web",
  keep: 3,
  due,
  request: REQUEST,
  issuedBefore: NOW,
  renew: { kind: "share", percent: 33.3 },
  spread: 20,
  services: [],
  inUseUntil: NOW,
  archived: { path: "/store/archive/web/1", outlook: "renewal from then" },
  staged: true,
  ifRefused: { entry: "0123", count: 1, validUntil: NOW },
};

export const STEPS: { readonly [K in Step["kind"]]: readonly Whole<Extract<Step, { kind: K }>>[] } =
  {
    recover: [{
      kind: "recover",
      certificate: "web",
      store: true,
      keep: 3,
      pendingValidation: [REPLACED],
      leftovers: ["/a"],
      byUsers: [{ path: "/a", by }],
      detail: "an interrupted run left temporary files",
      closeKey: true,
      rewrite: { parts: ["cert"], services: ["nginx.service"], inUseUntil: NOW },
    }],
    revoke: [{
      kind: "revoke",
      certificate: "web",
      revocation: { serial: "0a:1b", mount: "pki", file: "/etc/vcm/vcm.yaml", forgetKey: true },
      detail: "its revocation was begun",
    }],
    issue: [issue, { ...issue, renew: { kind: "duration", seconds: 86_400 } }],
    fetch: [{
      kind: "fetch",
      certificate: "web",
      due,
      source: { kind: "crl", paths: ["pki"], refresh: 86_400 },
      services: ["nginx.service"],
      inUseUntil: NOW,
    }],
    forget: [{ kind: "forget", certificate: "web", detail: "removes a record" }],
    deploy: [{
      kind: "deploy",
      certificate: "web",
      storedSetUsable: true,
      targets: [FILE, BUNDLE],
      services: ["nginx.service"],
      inUseUntil: NOW,
      revocable: true,
    }],
    transfer: [{
      kind: "transfer",
      pendingAction: "apache2.service",
      successors: ["nginx.service"],
    }],
    validate: [{ kind: "validate", ...work }],
    service: ACTIONS.map(serviceStep),
    clear: [{ kind: "clear", service: "nginx.service", detail: "it is gone" }],
  };
