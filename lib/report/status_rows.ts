/** The rows of `vcm status`, the worst first. */
import type { Validity } from "../certificate/renewal.ts";
import { isWhole } from "../plan/due.ts";
import type { Drift } from "../plan/target_types.ts";
import type { CertificateState, Plan, ServiceState } from "../plan/types.ts";
import { formatDuration } from "../text/duration.ts";
import {
  badStatus,
  countWarnedDue,
  hasPendingAction,
  isStuck,
  isUnitWrong,
  unrecovered,
} from "./verdict.ts";

/** The worst first. */
const RANKS = ["broken", "unknown", "due", "waits", "fine"] as const;
export type Rank = typeof RANKS[number];

export interface StatusRow {
  readonly rank: Rank;
  readonly name: string;
  readonly issuer: string;
  /** Time until its end: `23d`, and below 7 days `6d 4h 12m`, `5h 12m`, `45s`, `-2d 1h`. */
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
  const { name, certificate, renewAt, trust } = state;
  const end = certificate?.notAfter ?? trust?.end;
  return {
    rank: rankOf(state, services, now),
    name,
    issuer: certificate?.issuer ?? trust?.kind ?? NONE,
    left: end === undefined ? NONE : timeLeft(end, now),
    validity: certificate,
    renewAt,
    files: filesWord(state),
    services: servicesWord(state, services),
    renewal: renewalWord(state, now),
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
  if (countWarnedDue([state]) > 0 || wrong || pending || waits?.late) return "due";
  if ((due && !waits) || blocked.length > 0) return "due";
  return waits || services.some(({ waits }) => waits) ? "waits" : "fine";
}

const DAY = 86_400;

/** Whether hours and minutes matter, because a time is less than 7 days away. */
function isNear(seconds: number): boolean {
  return Math.abs(seconds) < 7 * DAY;
}

function secondsUntil(time: Date, now: Date): number {
  return Math.trunc((time.getTime() - now.getTime()) / 1000);
}

function timeLeft(end: Date, now: Date): string {
  const left = secondsUntil(end, now);
  if (!isNear(left)) return `${Math.trunc(left / DAY)}d`;
  return formatDuration(Math.abs(left) < 60 ? left : left - left % 60, 3);
}

/**
 * How many files are in order, if not all. A new certificate changes all of them, so that does not
 * count. Without a whole set in the store none is; a file that cannot be replaced has no drift.
 */
function filesWord(state: CertificateState): string {
  const { targets, due } = state;
  if (targets.length === 0) return NONE;
  if (isUnreadable(state)) return "?";
  const fine = isWhole(due)
    ? targets.filter(({ drift }) => drift.every(({ kind }) => kind === "renewed")).length
    : 0;
  if (fine < targets.length) return `${fine}/${targets.length}`;
  return isStopped(state) ? "blocked" : "ok";
}

/** Kinds of drift after which a service has yet to load the file. */
const UNLOADED: ReadonlySet<Drift["kind"]> = new Set([
  "missing",
  "not-a-file",
  "content",
  "pending-validation",
]);

/** Whether services have loaded what is deployed. "-" also if nothing is. */
function servicesWord(state: CertificateState, services: readonly ServiceState[]): string {
  if (services.length === 0) return NONE;
  if (services.some(({ problem }) => problem !== undefined)) return "?";
  if (services.some(hasPendingAction)) return "pending";
  const unit = services.find(isUnitWrong)?.unit ?? services.find(({ unit }) => unit)?.unit;
  if (unit !== undefined) return unit.kind;
  if (services.some(({ waits }) => waits !== undefined)) return "waits";
  if (isUnreadable(state)) return "?";
  const { due, targets } = state;
  // A bundle of which only some files are missing is deployed.
  const isMissing = ({ kind, files }: Drift) => kind === "missing" && files === undefined;
  const isEmpty = targets.length > 0 && targets.every(({ drift }) => drift.some(isMissing));
  if (!isWhole(due) || isEmpty || isStopped(state)) return NONE;
  const differs = targets.some(({ drift }) => drift.some(({ kind }) => UNLOADED.has(kind)));
  return differs ? "pending" : "ok";
}

function isUnreadable({ blocked }: CertificateState): boolean {
  return blocked.some(({ kind }) => kind === "unreadable");
}

/** Whether nothing is deployed before a person has fixed something. */
function isStopped({ blocked }: CertificateState): boolean {
  return blocked.some(({ kind }) => kind === "impossible");
}

function renewalWord({ due, waits, blocked, renewAt }: CertificateState, now: Date): string {
  if (due !== undefined && waits === undefined) return blocked.length > 0 ? "blocked" : "now";
  const next = waits?.until ?? renewAt;
  if (next === undefined) return NONE;
  const text = next.toISOString();
  // The Z of ISO 8601 is UTC in one column.
  return isNear(secondsUntil(next, now))
    ? `${text.slice(0, 16).replace("T", " ")}Z`
    : text.slice(0, 10);
}
