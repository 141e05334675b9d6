/** Random desired and observed state, the same ones on each run. */
import { holdsKey } from "../../lib/config/format.ts";
import type { CertificateSpec, MaintenanceWindow } from "../../lib/config/types.ts";
import type {
  CertificateObservation,
  LoadRecord,
  Observation,
  Served,
} from "../../lib/observe/types.ts";
import type { ChainFact } from "../../lib/store/types.ts";
import type { Presence } from "../../lib/host/types.ts";
import {
  ABSENT,
  after,
  makeCertificate,
  makeFile,
  makeObserved,
  makePendingAction,
  makeSeen,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  makeUnit,
  observationOf,
  present,
  unreadable,
} from "./fixtures.ts";

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Of every day: open at `NOW`, and closed. */
const WINDOWS: readonly MaintenanceWindow[] = [[540, 720], [60, 120]].map(([from = 0, to = 0]) => ({
  text: `${from}-${to}`,
  days: [1, 2, 3, 4, 5, 6, 7],
  from,
  to,
}));

/** Any desired certificate: names, targets with and without owner, group and mode, services. */
export function randomSpec(random: () => number, name: string): CertificateSpec {
  const some = (most: number) => Array.from({ length: Math.floor(random() * (most + 1)) });
  return makeSpec({
    name,
    dnsSans: some(2).map((_, at) => `san${at}.example.com`),
    ipSans: some(1).map(() => "10.0.0.1"),
    renew: pick(random, [
      { kind: "duration", seconds: 86_400 },
      { kind: "share", percent: 33 },
    ]),
    targets: some(3).map((_, at) =>
      makeTarget({
        what: pick(random, ["cert", "chain", "fullchain", "privkey"]),
        path: `/etc/${name}/${at}.pem`,
        createDirs: random() < 0.5,
        ...(random() < 0.5 ? { mode: 0o640 } : {}),
      })
    ),
    windows: pick(random, [[], ...WINDOWS.map((window) => [window])]),
    services: some(2).map((_, at) =>
      makeService({
        id: `s${at}.service`,
        control: pick(random, ["reload", "restart", "start"]),
        windows: pick(random, [[], ...WINDOWS.map((window) => [window])]),
        ...(random() < 0.3 ? { validate: ["true"] } : {}),
        ...(random() < 0.5 ? { probe: { host: "::1", port: 443, timeout: 30 } } : {}),
      })
    ),
  });
}

/** What is observed if all is as desired. */
export function inOrder(spec: CertificateSpec): CertificateObservation {
  const certificate = makeCertificate({
    commonName: spec.commonName,
    dnsNames: [spec.commonName, ...spec.dnsSans],
    ipAddresses: spec.ipSans,
  });
  return makeObserved(spec, {
    stored: makeStored({}, certificate),
    targets: spec.targets.map(({ what, path, mode }) =>
      makeSeen({
        path,
        file: present(makeFile({ mode: mode ?? (holdsKey(what) ? 0o460 : 0o604) })),
      })
    ),
  });
}

/** Anything that may be observed. */
export function anything(random: () => number, spec: CertificateSpec): CertificateObservation {
  const maybe = <T>(...values: T[]): Presence<T> =>
    pick(random, [ABSENT, unreadable("no"), ...values.map(present)]);
  const fine = inOrder(spec);
  const certificate = makeCertificate({
    commonName: pick(random, [spec.commonName, "other"]),
    notBefore: after(pick(random, [-1e7, 60])),
    notAfter: after(pick(random, [-60, 60, 1e7])),
  });
  const random2 = () => random() < 0.5;
  return {
    ...fine,
    interrupted: random2(),
    stored: random2() ? fine.stored : {
      leaf: maybe({ kind: "certificate", certificate }, { kind: "unparsable", problem: "is cut" }),
      key: maybe("match", "mismatch", "unparsable"),
      chain: maybe("usable"),
      fullchain: maybe<ChainFact>("usable", "other-leaf", {
        kind: "incomplete",
        problem: "is cut",
      }),
      ca: maybe("usable"),
    },
    targets: fine.targets.map((target) => ({
      ...target,
      file: random2() ? target.file : maybe(makeFile({
        type: pick(random, ["file", "symlink", "directory", "other"]),
        sameContent: random2(),
      })),
      parent: pick(random, ["present", "absent", "not-a-directory"]),
      owner: pick(random, [
        { kind: "unspecified" },
        { kind: "unknown", name: "x" },
        { kind: "given", name: "www-data", id: 33 },
      ]),
      leftover: random2(),
      replaced: random2(),
    })),
  };
}

function anyRecord(random: () => number): LoadRecord | undefined {
  const startedAt = after(pick(random, [-1e7, -60])).getTime();
  const active = pick(random, ["active", "inactive", "reloading", "failed"]);
  return pick<LoadRecord | undefined>(random, [
    undefined,
    { kind: "unit", state: makeUnit({ active }) },
    { kind: "container", state: pick(random, ["running", "stopped", "unknown"]), startedAt },
    { kind: "process", startedAt },
    { kind: "process" },
  ]);
}

function anyServed(random: () => number): Served {
  const certificate = makeCertificate({
    fingerprint: pick(random, ["AA:BB", "another"]),
    notAfter: after(pick(random, [60, 1e7])),
  });
  return pick<Served>(random, [
    { kind: "served", certificate },
    { kind: "unreachable", problem: "refused" },
  ]);
}

/** Any observation of some certificates, with and without pending actions. */
export function randomObservation(
  random: () => number,
  specs: readonly CertificateSpec[],
): Observation {
  const services = [...new Set(specs.flatMap(({ services }) => services.map(({ id }) => id)))];
  const pendingActions = services.filter(() => random() < 0.5).map((service) => {
    const { record: _, ...pendingAction } = makePendingAction({ service });
    const record = anyRecord(random);
    return {
      ...pendingAction,
      ...(record && { record }),
      ...(random() < 0.5 ? { until: after(pick(random, [60, 1e7])) } : {}),
      ...(random() < 0.5 ? { failure: "it ended with 1" } : {}),
      ...(random() < 0.5 ? { actedAt: after(pick(random, [-60, -1e5])) } : {}),
    };
  });
  const served = specs.flatMap(({ name, services }) =>
    services.filter(({ probe }) => probe !== undefined)
      .map(({ id }) => ({
        service: id,
        certificate: name,
        at: "[::1]:443",
        served: anyServed(random),
      }))
  );
  const zone = pick(random, ["UTC", "Asia/Tokyo"]);
  return observationOf(specs.map((spec) => anything(random, spec)), pendingActions, {
    served,
    zone,
  });
}
