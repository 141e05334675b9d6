/** The state of one trust entry, and its steps. When it is due follows from its own content. */
import type { TrustSource, TrustSpec } from "../config/types.ts";
import type { CertificateObservation, TrustObservation } from "../observe/types.ts";
import { formatDuration } from "../text/duration.ts";
import { formatTime } from "../text/format_time.ts";
import { aclWarnings } from "./acl_warnings.ts";
import { nothingToDeploy, storeBlockers, targetBlockers, withoutRepetitions } from "./blockers.ts";
import { deployStep } from "./certificate_steps.ts";
import { FORCED, isWhole } from "./due.ts";
import { planTargets } from "./planned_target.ts";
import { planRecovery, recoverStep } from "./recovery.ts";
import type { PlanContext } from "./selection.ts";
import { loadedUntil } from "./stored_validity.ts";
import type { Blocked, CertificateState, Due, FetchStep, Step } from "./types.ts";

/** @param blockers Blockers beyond those of the entry itself. */
export function planTrust(
  spec: TrustSpec,
  observed: CertificateObservation,
  blockers: readonly Blocked[],
  context: PlanContext,
): { readonly state: CertificateState; readonly steps: readonly Step[] } {
  const { selection, now } = context;
  const { trust = { kind: "absent" } } = observed;
  const unreadable = storeBlockers(observed);
  const readable = unreadable.length === 0;
  const found = readable ? trustDue(spec.source, trust, now) : undefined;
  const forced = selection.issue && selection.force && readable;
  const due = found ?? (forced ? FORCED : undefined);
  const fetch = due && selection.issue ? fetchStep(spec, observed, due) : undefined;
  const whole = readable && isWhole(found);
  const fetched = spec.source.kind === "crl" ? "new CRLs" : "new CA certificates";
  const supply = { stored: whole, renewed: fetch !== undefined, fetched };
  const targets = planTargets(spec, observed, supply, context);
  const recovery = planRecovery(targets, observed.pendingValidation, context);
  const blocked = withoutRepetitions([
    ...unreadable,
    ...recovery.blocked,
    ...(selection.deploy ? targetBlockers(targets) : []),
    ...blockers,
    ...(readable && !whole && !fetch ? nothingToDeploy(spec, due, selection) : []),
  ]);
  const deploy = selection.deploy && blocked.length === 0
    ? deployStep(spec, observed, targets, whole, context.validating)
    : undefined;
  const recover = recoverStep(spec, observed, targets, recovery.replaced);
  const state = {
    name: spec.name,
    trust: { kind: spec.source.kind, ...(trust.kind === "whole" && { end: trust.end }) },
    renewAt: trust.kind === "whole" ? nextFetch(spec.source, trust) : undefined,
    due,
    warnings: aclWarnings(targets),
    targets: targets.map(({ spec: { what, path }, drift }) => ({ what, path, drift })),
    blocked,
  };
  return { state, steps: [recover, fetch, deploy].filter((step) => step !== undefined) };
}

function fetchStep(
  { name, source, targets, services }: TrustSpec,
  observed: CertificateObservation,
  due: Due,
): FetchStep {
  const direct = targets.length === 0 ? services.map(({ id }) => id) : [];
  const inUseUntil = direct.length > 0 ? loadedUntil(observed) : undefined;
  return { kind: "fetch", certificate: name, due, source, services: direct, inUseUntil };
}

type Whole = Extract<TrustObservation, { readonly kind: "whole" }>;

/** Why the server is asked, or undefined. */
function trustDue(source: TrustSource, trust: TrustObservation, now: Date): Due | undefined {
  const thing = source.kind === "crl" ? "CRL" : "bundle";
  if (trust.kind === "absent") {
    return { reason: "missing", detail: `there is no ${thing} in the store` };
  }
  if (trust.kind === "damaged") {
    return { reason: "unparsable", detail: `the ${thing} in the store ${trust.problem}` };
  }
  if (!trust.isDesired) {
    const detail = `the configuration asks for another ${thing}, of ${source.paths.join(" and ")}`;
    return { reason: "issuer-differs", detail };
  }
  const ended = trust.crls.find(({ notAfter }) => notAfter <= now);
  if (ended !== undefined) {
    const detail = `the CRL of "${ended.issuer}" expired at ${formatTime(ended.notAfter)}`;
    return { reason: "expired", detail };
  }
  // A time to come is of a clock that was set back since.
  if (nextFetch(source, trust) > now && trust.at <= now) return undefined;
  const asked = `the server was asked last at ${formatTime(trust.at)}`;
  if (source.kind === "ca_bundle") {
    const detail = `${asked}, and "refresh" is ${formatDuration(source.refresh)}`;
    return { reason: "in-renewal-window", detail };
  }
  const [first] = trust.crls.toSorted((a, b) =>
    thresholdOf(a, trust.at) - thresholdOf(b, trust.at)
  );
  const detail = `the CRL of "${first?.issuer}" expires at ${formatTime(trust.end)}, and ${asked}`;
  return { reason: "in-renewal-window", detail };
}

/** Milliseconds. A CRL may be valid for years, and servers add revocations to it at any time. */
const MAX_CRL_AGE = 7 * 86_400_000;

/** When the server is asked again, if nothing changes. */
export function nextFetch({ kind, refresh }: TrustSource, { at, crls }: Whole): Date {
  const asked = at.getTime();
  if (kind === "ca_bundle") return new Date(asked + refresh * 1000);
  return new Date(Math.min(asked + MAX_CRL_AGE, ...crls.map((crl) => thresholdOf(crl, at))));
}

/**
 * After a CRL was asked for, it is due at the next of these: half, three quarters, seven eighths and
 * so on of its validity. A server that makes CRLs late is so asked more often towards the end.
 */
function thresholdOf({ notBefore, notAfter }: Whole["crls"][number], asked: Date): number {
  const [begin, end] = [notBefore.getTime(), notAfter.getTime()];
  let left = (end - begin) / 2;
  while (left > 1000 && end - left <= asked.getTime()) left /= 2;
  return end - left;
}
