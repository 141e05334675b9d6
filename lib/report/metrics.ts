/**
 * The state of a host after a run, as Prometheus metrics (text exposition format 0.0.4). The only
 * labels are names from the configuration or of certificates whose revocation is pending, and public
 * facts of certificates.
 */
import type { ApplyEvent } from "../apply/events.ts";
import type { CertificateState, Plan, ServiceState } from "../plan/types.ts";
import { isWarnedBroken } from "../plan/warnings.ts";
import type { InventoryFacts } from "../certificate/inventory.ts";
import type { Outcome } from "./outcome.ts";

interface RunFacts {
  readonly plan: Plan;
  readonly events: readonly ApplyEvent[];
  readonly outcome: Outcome;
  /** Of the certificates that were in the store before the run, by their names. */
  readonly inventory: ReadonlyMap<string, InventoryFacts>;
  /** When the run ended. */
  readonly at: Date;
  readonly version: string;
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export function metricsText(facts: RunFacts): string {
  const { plan: { certificates, services }, outcome, at, version } = facts;
  const issued = issuedIn(facts.events);
  const fetched = new Map(
    facts.events.flatMap((event) => event.kind === "fetched" ? [[event.certificate, event]] : []),
  );
  const times = certificates.map((state) => ({
    name: state.name,
    ...timesOf(state, issued, fetched),
  }));
  const failed = new Set([
    ...[...outcome.failed, ...outcome.skipped].map(({ subject }) => subject),
    ...facts.events.flatMap((event) => event.kind === "rolled-back" ? event.certificate : []),
    ...certificates.flatMap(({ name, waits }) => waits?.late ? name : []),
    ...certificates.filter((state) => hasNoPath(state, issued)).map(({ name }) => name),
  ]);
  const { failed: failures, skipped, ...done } = outcome;
  const steps = { ...done, failed: failures.length, skipped: skipped.length };
  return [
    gauge(
      "vcm_certificate_not_after_timestamp_seconds",
      "Expiry of the certificate in the store.",
      times.flatMap(({ name, notAfter }) => timeSample(name, notAfter)),
    ),
    gauge(
      "vcm_certificate_renewal_timestamp_seconds",
      "Time from which the certificate is due for renewal.",
      times.flatMap(({ name, renewAt }) => timeSample(name, renewAt)),
    ),
    gauge(
      "vcm_certificate_info",
      "What the certificate in the store is.",
      certificates.flatMap((state) => infoSample(state, issued, facts.inventory)),
    ),
    gauge(
      "vcm_trust_end_timestamp_seconds",
      "End of the first CRL, or of the last certificate, of the trust entry in the store.",
      times.flatMap(({ name, end }) => timeSample(name, end)),
    ),
    gauge(
      "vcm_certificate_ok",
      "1 if the certificate and its files are as the configuration asks, otherwise 0.",
      certificates.map(({ name }) => ({ labels: { name }, value: failed.has(name) ? 0 : 1 })),
    ),
    gauge(
      "vcm_service_pending_action",
      "1 if the service has a pending action that does not wait for a window, otherwise 0.",
      services.map((state) => ({
        labels: { service: state.service },
        value: isPending(state, facts) ? 1 : 0,
      })),
    ),
    gauge(
      "vcm_run_steps",
      "What the last run did, by result.",
      Object.entries(steps).map(([result, value]) => ({ labels: { result }, value })),
    ),
    gauge(
      "vcm_run_success",
      "1 if nothing failed in the last run, otherwise 0.",
      [{ value: failures.length === 0 ? 1 : 0 }],
    ),
    gauge("vcm_run_timestamp_seconds", "When the last run ended.", [{ value: seconds(at) }]),
    gauge("vcm_build_info", "The program that wrote this.", [{ labels: { version }, value: 1 }]),
  ].join("");
}

type Issued = Extract<ApplyEvent, { readonly kind: "issued" }>;
type Fetched = Extract<ApplyEvent, { readonly kind: "fetched" }>;

function issuedIn(events: readonly ApplyEvent[]): ReadonlyMap<string, Issued> {
  return new Map(
    events.flatMap((event) => event.kind === "issued" ? [[event.certificate, event]] : []),
  );
}

function timesOf(
  state: CertificateState,
  issued: ReadonlyMap<string, Issued>,
  fetched: ReadonlyMap<string, Fetched>,
) {
  const { notAfter, renewAt } = issued.get(state.name) ??
    { notAfter: state.certificate?.notAfter, renewAt: state.renewAt };
  return { notAfter, end: state.trust?.end, renewAt, ...fetched.get(state.name) };
}

function infoSample(
  { name, certificate }: CertificateState,
  issued: ReadonlyMap<string, Issued>,
  stored: ReadonlyMap<string, InventoryFacts>,
): Sample[] {
  const event = issued.get(name);
  const { issuer, serial } = event ?? certificate ?? {};
  const inventory = event?.inventory ?? stored.get(name);
  if (issuer === undefined || serial === undefined || inventory === undefined) return [];
  const { issuerKey = "", keyType } = inventory;
  return [{ labels: { name, issuer, issuer_key: issuerKey, serial, key_type: keyType }, value: 1 }];
}

/** A warning from before a certificate was issued does not apply to the new one. */
function hasNoPath({ name, warnings }: CertificateState, issued: ReadonlyMap<string, Issued>) {
  const event = issued.get(name);
  return event === undefined ? isWarnedBroken(warnings) : event.chainInvalid !== undefined;
}

function isPending({ service, pending, waits }: ServiceState, { events }: RunFacts): boolean {
  for (const event of events) {
    if (event.kind === "acted" || event.kind === "cleared") {
      if (event.service === service) return false;
    } else if (event.kind === "failed" && event.subject === service) return true;
  }
  return pending?.reason === "pending" && (waits === undefined || waits.late);
}

function timeSample(name: string, time: Date | undefined): Sample[] {
  return time === undefined ? [] : [{ labels: { name }, value: seconds(time) }];
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** One metric with its samples; empty if there are none. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
