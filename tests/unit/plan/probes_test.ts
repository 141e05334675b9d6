/** What a service serves says more than any record of when it loaded its files. */
import assert from "node:assert/strict";
import type { ProbeSpec } from "../../../lib/config/types.ts";
import { EVERYTHING, type Selection } from "../../../lib/plan/selection.ts";
import type {
  CertificateObservation,
  PendingActionObservation,
  Served,
  ServedObservation,
} from "../../../lib/observe/types.ts";
import type { Plan, ServiceStep } from "../../../lib/plan/types.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  ABSENT,
  after,
  DAY,
  makeCertificate,
  makeFile,
  makeObserved,
  makePendingAction,
  makeSeen,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  present,
} from "../../support/fixtures.ts";
import { makeNotLoaded, NOT_LOADED, planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const AT = "127.0.0.1:443";
const PROBE: ProbeSpec = { host: "127.0.0.1", port: 443, timeout: 30 };
const [A, B] = ["a", "b"].map((name) =>
  makeSpec({
    name,
    targets: [makeTarget({ path: `/${name}.crt` })],
    services: [makeService({ probe: PROBE })],
  })
) as [ReturnType<typeof makeSpec>, ReturnType<typeof makeSpec>];

const OLD = makeCertificate({ fingerprint: "OLD", serial: "01", notAfter: after(5 * DAY) });
const STORED = makeCertificate();
const OTHER: Served = { kind: "served", certificate: OLD };
const RIGHT: Served = { kind: "served", certificate: STORED };
const CLOSED: Served = { kind: "unreachable", problem: `Cannot connect to ${AT}: refused` };
const STRANGE = `${AT} serves a different certificate than a on disk: ` +
  "serial 01, until 2026-12-06 10:00 UTC";
const pendingAction = makeNotLoaded();

interface Given {
  readonly served?: Readonly<Record<string, Served>>;
  readonly pendingActions?: readonly PendingActionObservation[];
  readonly a?: Partial<CertificateObservation>;
  readonly b?: Partial<CertificateObservation>;
  readonly selection?: Selection;
}

function planFor({ served = {}, pendingActions, a, b, selection }: Given): Plan {
  const seen = Object.entries(served).map(([certificate, served]): ServedObservation => ({
    service: "nginx.service",
    certificate,
    at: AT,
    served,
  }));
  const observed = [makeObserved(A, a), makeObserved(B, b)];
  return planOf([A, B], observed, { pendingActions, selection, served: seen });
}

function serviceOf({ steps }: Plan): ServiceStep | undefined {
  return steps.find((step) => step.kind === "service");
}

const targets = (path: string, file: CertificateObservation["targets"][number]["file"]) => ({
  targets: [makeSeen({ path, file })],
});
const DIFFERS = present(makeFile({ sameContent: false }));

pureTest("the action is pending if another certificate than the deployed one is served", () => {
  for (const pendingActions of [[], [makePendingAction()]]) {
    const made = planFor({ served: { a: OTHER }, pendingActions });
    assert.deepEqual(made.steps.map(({ kind }) => kind), ["service"]);
    assert.deepEqual(serviceOf(made)?.pending, { reason: "pending", detail: STRANGE });
    assert.deepEqual(made.services[0]?.pending, { reason: "pending", detail: STRANGE });
    assert.equal(assessStatus(made), "due");
  }
  const both = planFor({ served: { a: OTHER }, pendingActions: [pendingAction] });
  assert.deepEqual(serviceOf(both)?.pending, { reason: "pending", detail: NOT_LOADED });
});

pureTest("the action is pending if any of several certificates is not served", () => {
  const made = planFor({ served: { a: RIGHT, b: OTHER } });
  assert.deepEqual(serviceOf(made)?.pending, {
    reason: "pending",
    detail: STRANGE.replace("than a", "than b"),
  });
});

pureTest("the right certificate makes nothing pending, and clears nothing", () => {
  assert.deepEqual(planFor({ served: { a: RIGHT, b: RIGHT } }).steps, []);
  const made = planFor({ served: { a: RIGHT }, pendingActions: [pendingAction] });
  assert.deepEqual(serviceOf(made)?.pending, { reason: "pending", detail: NOT_LOADED });
  const cleared = planFor({ served: { a: RIGHT }, pendingActions: [makePendingAction()] });
  assert.deepEqual(cleared.steps.map(({ kind }) => kind), ["clear"]);
});

pureTest("what is not deployed cannot be served, so nothing is pending", () => {
  // Blocked: the file stays as it is.
  const directory = present(makeFile({ type: "directory" }));
  const selection = { ...EVERYTHING, deploy: false };
  const cases: Given[] = [
    { a: targets("/a.crt", directory) },
    { a: targets("/a.crt", DIFFERS), selection },
    { a: targets("/a.crt", ABSENT), selection },
  ];
  for (const given of cases) {
    assert.equal(serviceOf(planFor({ ...given, served: { a: OTHER } })), undefined);
  }
});

pureTest("a certificate that is being replaced makes nothing pending yet", () => {
  const loads = { reason: "deployed", detail: "it loads the new files of a" };
  const mended = planFor({ served: { a: OTHER }, a: targets("/a.crt", DIFFERS) });
  assert.deepEqual(serviceOf(mended)?.pending, loads);
  const ending = makeCertificate({ commonName: "a", dnsNames: ["a"], notAfter: after(DAY) });
  const renewed = planFor({ served: { a: OTHER }, a: { stored: makeStored({}, ending) } });
  assert.deepEqual(serviceOf(renewed)?.pending, loads);
});

pureTest("an owner that changes does not hide what is served", () => {
  const owner = { kind: "given", name: "www-data", id: 33 } as const;
  const made = planFor({
    served: { a: OTHER },
    a: { targets: [makeSeen({ path: "/a.crt", owner })] },
  });
  assert.deepEqual(made.steps.map(({ kind }) => kind), ["deploy", "service"]);
  assert.deepEqual(serviceOf(made)?.pending, { reason: "pending", detail: STRANGE });
});

pureTest("if nothing answers, it is unknown what is served", () => {
  const made = planFor({ served: { a: CLOSED, b: RIGHT } });
  assert.deepEqual(made.steps, []);
  assert.deepEqual(made.services, [{
    service: "nginx.service",
    certificates: ["a", "b"],
    problem: `Cannot connect to ${AT}: refused`,
  }]);
  assert.equal(assessStatus(made), "unknown");
  const owing = planFor({ served: { a: CLOSED }, pendingActions: [pendingAction] });
  assert.equal(owing.services[0]?.problem, `Cannot connect to ${AT}: refused`);
  assert.deepEqual(serviceOf(owing)?.pending, { reason: "pending", detail: NOT_LOADED });
});

pureTest("a step has the probes of what is in place or being deployed", () => {
  const probed = (given: Given) => serviceOf(planFor(given))?.probes.map((probe) => probe);
  const [a, b] = ["a", "b"].map((certificate) => ({ certificate, probe: PROBE }));
  const pendingActions = [pendingAction];
  assert.deepEqual(probed({ pendingActions }), [a, b]);
  assert.deepEqual(probed({ pendingActions, b: targets("/b.crt", DIFFERS) }), [a, b]);
  const directory = targets("/b.crt", present(makeFile({ type: "directory" })));
  assert.deepEqual(probed({ pendingActions, b: directory }), [a]);
  const selection = { ...EVERYTHING, deploy: false };
  assert.deepEqual(probed({ pendingActions, a: targets("/a.crt", DIFFERS), selection }), [b]);
});

pureTest("a strange certificate waits for the window as long as it lasts", () => {
  const windows = [{ text: "Sat 02:00-04:00", days: [6], from: 120, to: 240 }];
  const spec = makeSpec({ name: "a", services: [makeService({ probe: PROBE, windows })] });
  const look = (days: number) => {
    const certificate = { ...OLD, notAfter: after(days * DAY) };
    const served: ServedObservation = {
      service: "nginx.service",
      certificate: "a",
      at: AT,
      served: { kind: "served", certificate },
    };
    return planOf([spec], undefined, { served: [served] });
  };
  assert.deepEqual(look(5).services[0]?.waits?.until, new Date("2026-12-05T02:00:00Z"));
  assert.deepEqual(look(5).steps, []);
  assert.match(
    serviceOf(look(3))?.pending.detail ?? "",
    /; VCM does not wait, although its window .*: the certificate that the service has loaded expires 2026-12-04 10:00 UTC$/,
  );
});
