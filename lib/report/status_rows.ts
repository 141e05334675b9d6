/** The rows of `vcm status`, the worst first. */
import type { Validity } from "../certificate/renewal.ts";
import type { CertificateState, Plan, ServiceState } from "../plan/types.ts";
import { badStatus, hasPendingAction, isStuck, isUnitWrong, unrecovered } from "./verdict.ts";

/** The worst first. */
const RANKS = ["broken", "unknown", "due", "waits", "fine"] as const;
export type Rank = typeof RANKS[number];

export interface StatusRow {
  readonly rank: Rank;
  readonly name: string;
  readonly issuer: string;
  /** Time until its end, in the largest whole unit: `23d`, `5h`, `-2d`. */
  readonly left: string;
  readonly validity: Validity | undefined;
  readonly renewAt: Date | undefined;
  readonly files: string;
  readonly services: string;
  readonly renewal: string;
}

/** Nothing is known, or there is nothing. */
const NONE = "-";

export function statusRows(plan: Plan): StatusRow[] {
  const servicesOf = new Map<string, ServiceState[]>();
  for (const service of plan.services) {
    for (const name of service.certificates) {
      servicesOf.set(name, [...servicesOf.get(name) ?? [], service]);
    }
  }
  const left = unrecovered(plan);
  return plan.certificates
    .map((state): StatusRow => {
      const row = statusRow(state, servicesOf.get(state.name) ?? [], plan.at);
      const isCalm = row.rank === "fine" || row.rank === "waits";
      return isCalm && left.has(row.name) ? { ...row, rank: "due" } : row;
    })
    .sort(byUrgency);
}

function byUrgency(a: StatusRow, b: StatusRow): number {
  return RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) ||
    (a.renewAt?.getTime() ?? 0) - (b.renewAt?.getTime() ?? 0) ||
    (a.name < b.name ? -1 : 1);
}

function statusRow(
  state: CertificateState,
  services: readonly ServiceState[],
  now: Date,
): StatusRow {
  const { name, certificate, renewAt } = state;
  return {
    rank: rankOf(state, services, now),
    name,
    issuer: certificate?.issuer ?? NONE,
    left: certificate === undefined ? NONE : timeLeft(certificate.notAfter, now),
    validity: certificate,
    renewAt,
    files: filesWord(state),
    services: servicesWord(services),
    renewal: renewalWord(state),
  };
}

function rankOf(state: CertificateState, services: readonly ServiceState[], now: Date): Rank {
  const bad = badStatus([state], services, now);
  if (bad !== undefined) return bad;
  const { due, waits, blocked, targets } = state;
  const pending = services.some((state) =>
    state.waits?.late || hasPendingAction(state) || isStuck(state)
  );
  const wrong = targets.some(({ drift }) => drift.some(({ kind }) => kind !== "renewed"));
  if ((due && !waits) || waits?.late || blocked.length > 0 || wrong || pending) return "due";
  return waits || services.some(({ waits }) => waits) ? "waits" : "fine";
}

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000]] as const;

function timeLeft(end: Date, now: Date): string {
  const left = end.getTime() - now.getTime();
  const [unit, length] = UNITS.find(([, length]) => Math.abs(left) >= length) ?? ["m", 60_000];
  return `${Math.trunc(left / length)}${unit}`;
}

/**
 * How many files are in order, if not all. A new certificate changes all of them, so that does not
 * count.
 */
function filesWord({ targets, blocked }: CertificateState): string {
  if (targets.length === 0) return NONE;
  if (blocked.some(({ kind }) => kind === "unreadable")) return "?";
  const fine = targets.filter(({ drift }) => drift.every(({ kind }) => kind === "renewed"));
  return fine.length === targets.length ? "ok" : `${fine.length}/${targets.length}`;
}

function servicesWord(services: readonly ServiceState[]): string {
  if (services.length === 0) return NONE;
  if (services.some(({ problem }) => problem !== undefined)) return "?";
  if (services.some(hasPendingAction)) return "pending";
  const unit = services.find(isUnitWrong)?.unit ?? services.find(({ unit }) => unit)?.unit;
  if (unit !== undefined) return unit.kind;
  return services.some(({ waits }) => waits !== undefined) ? "waits" : "ok";
}

function renewalWord({ due, waits, blocked, renewAt }: CertificateState): string {
  if (due !== undefined && waits === undefined) return blocked.length > 0 ? "blocked" : "now";
  const next = waits?.until ?? renewAt;
  return next === undefined ? NONE : next.toISOString().slice(0, 10);
}
