/** Desired and observed state for tests of pure modules; each takes what a test is about. */
import type { Certificate } from "../../lib/certificate/certificate.ts";
import type {
  BundleSpec,
  CertificateSpec,
  Config,
  FileSpec,
  ServiceSpec,
} from "../../lib/config/types.ts";
import type {
  CertificateObservation,
  FileObservation,
  Observation,
  PendingActionObservation,
  TargetFile,
} from "../../lib/observe/types.ts";
import type { CertificateRequest } from "../../lib/plan/types.ts";
import type { Presence, UnitState } from "../../lib/host/types.ts";
import type { StoredSet } from "../../lib/store/types.ts";

/** The moment of all tests. */
export const NOW = new Date("2026-12-01T10:00:00Z");

export const DAY = 86_400;

/** A moment some seconds after `NOW`, or before it. */
export function after(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

/** A certificate file that was cut short. */
export const CUT_PEM = "-----BEGIN CERTIFICATE-----\nMIIB";

export const ABSENT = { kind: "absent" } as const;

export function present<T>(value: T): Presence<T> {
  return { kind: "present", value };
}

/** As JSON has it: without keys that have no value. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== "object" || value === null || value.constructor !== Object) return value;
  const entries = Object.entries(value).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value)])) as T;
}

export function unreadable(problem: string) {
  return { kind: "unreadable", problem } as const;
}

/** Names and keys of a desired certificate and of a request, unless a test says otherwise. */
export const PLAIN = {
  dnsSans: [],
  ipSans: [],
  uriSans: [],
  emailSans: [],
  otherSans: [],
  excludeCnFromSans: false,
  removeRootsFromChain: false,
  key: { origin: "vault", reuse: false },
} as const;

/** What is sent for `web.example.com`. */
export function makeRequest(parts: Partial<CertificateRequest> = {}): CertificateRequest {
  return { ...PLAIN, mount: "pki", role: "web", commonName: "web.example.com", ...parts };
}

/** A desired certificate that `makeCertificate()` fits. */
export function makeSpec(parts: Partial<CertificateSpec> = {}): CertificateSpec {
  const name = parts.name ?? "web.example.com";
  return {
    name,
    commonName: name,
    ...PLAIN,
    renew: { kind: "duration", seconds: 14 * DAY },
    spread: 0,
    keep: 0,
    windows: [],
    pki: "pki_internal",
    role: "web",
    targets: [],
    services: [],
    ...parts,
  };
}

export function makeTarget(parts: Partial<FileSpec> = {}): FileSpec {
  return { what: "cert", path: "/etc/nginx/web.crt", createDirs: false, ...parts };
}

export function makeBundleTarget(path: string): BundleSpec {
  return { what: "bundle", path, createDirs: false };
}

export function makeService(parts: Partial<ServiceSpec> = {}): ServiceSpec {
  const id = parts.id ?? "nginx.service";
  return {
    id,
    name: id,
    control: "try-reload-or-restart",
    timeout: 120,
    settle: 2,
    windows: [],
    order: 0,
    ...parts,
  };
}

/** Facts of a certificate from 2026-11-01 to 2027-01-30, 90 days. */
export function makeCertificate(parts: Partial<Certificate> = {}): Certificate {
  return {
    commonName: "web.example.com",
    dnsNames: ["web.example.com"],
    ipAddresses: [],
    uris: [],
    emails: [],
    notBefore: new Date("2026-11-01T00:00:00Z"),
    notAfter: new Date("2027-01-30T00:00:00Z"),
    issuer: "Example CA",
    serial: "0a:1b:2c",
    fingerprint: "AA:BB",
    ...parts,
  };
}

/** A whole set in the store. */
export function makeStored(
  parts: Partial<StoredSet> = {},
  certificate: Certificate = makeCertificate(),
): StoredSet {
  return {
    leaf: present({ kind: "certificate", certificate }),
    key: present("match"),
    chain: present("usable"),
    fullchain: present("usable"),
    ca: present("usable"),
    ...parts,
  };
}

/** A deployed file that is as the store has it, of root, 0644. */
export function makeFile(parts: Partial<TargetFile> = {}): TargetFile {
  return {
    type: "file",
    uid: 0,
    gid: 0,
    owner: "root",
    group: "root",
    mode: 0o644,
    sameContent: true,
    changedAt: after(-5 * DAY).getTime(),
    ...parts,
  };
}

/** A private key has mode 0600. */
export function makeSeen(parts: Partial<FileObservation> = {}): FileObservation {
  return {
    kind: "file",
    path: "/etc/nginx/web.crt",
    file: present(makeFile(modeAt(parts.path))),
    ancestors: [],
    parent: "present",
    owner: { kind: "unspecified" },
    group: { kind: "unspecified" },
    leftover: false,
    replaced: false,
    formerSets: [],
    ...parts,
  };
}

function modeAt(path = ""): Partial<TargetFile> {
  return path.endsWith(".key") ? { mode: 0o600 } : {};
}

/** A target at which such a file lies. */
export function makeSeenFile(
  file: Partial<TargetFile>,
  parts: Partial<FileObservation> = {},
): FileObservation {
  return makeSeen({ file: present(makeFile({ ...modeAt(parts.path), ...file })), ...parts });
}

/** What is observed of a desired certificate: all in order, unless the parts say otherwise. */
export function makeObserved(
  spec: CertificateSpec,
  parts: Partial<CertificateObservation> = {},
): CertificateObservation {
  const certificate = makeCertificate({ commonName: spec.commonName, dnsNames: [spec.commonName] });
  return {
    name: spec.name,
    stored: makeStored({}, certificate),
    interrupted: false,
    pendingValidation: [],
    targets: spec.targets.map(({ path }) => makeSeen({ path })),
    ...parts,
  };
}

export function observationOf(
  certificates: readonly CertificateObservation[],
  pendingActions: readonly PendingActionObservation[] = [],
  parts: Partial<Observation> = {},
): Observation {
  return {
    certificates,
    pendingActions: { kind: "present", value: pendingActions },
    unclaimed: [],
    removed: [],
    foreignRefused: [],
    served: [],
    zone: "UTC",
    runner: 0,
    ownGroups: new Map(),
    storeAncestors: [],
    ...parts,
  };
}

/** A unit that is active and loaded its files an hour ago. */
export function makeUnit(parts: Partial<UnitState> = {}): UnitState {
  return {
    unit: "nginx.service",
    load: "loaded",
    active: "active",
    sub: "running",
    type: "simple",
    changedAt: after(-3600).getTime(),
    startedAt: after(-3600).getTime(),
    reloadResult: "success",
    canReload: true,
    ranToItsEnd: false,
    restarts: 0,
    hasMain: true,
    conditionMet: true,
    ...parts,
  };
}

/** A pending action that was written two hours ago, for a unit that has loaded its files since. */
export function makePendingAction(
  parts: Partial<PendingActionObservation> = {},
): PendingActionObservation {
  return {
    service: "nginx.service",
    certificates: ["web.example.com"],
    since: after(-7200).getTime(),
    record: { kind: "unit", state: makeUnit() },
    ...parts,
  };
}

export function makeConfig(certificates: readonly CertificateSpec[], file = "vcm.yaml"): Config {
  return {
    file,
    certStore: "/var/lib/vcm/certs",
    maxRun: 3600,
    vault: {
      addresses: ["https://vault.example.com:8200"],
      redirectHosts: [],
      allowHttp: false,
      trust: { kind: "system" },
      timeout: 60,
    },
    certificates,
    trust: [],
  };
}
