/** The texts of the records in the store: lines that a person can read too. Unknown lines are ignored. */
import type { Replaced } from "./types.ts";

/** A pending action. The file's time says since when. */
export interface PendingActionText {
  /** Certificates whose files the service must load. */
  readonly certificates: readonly string[];
  /** Expiry of the certificate that the service has loaded, if known. */
  readonly until?: Date;
  /** Why the last attempt failed. */
  readonly failure?: string;
  /** When an action on the service, which was up before, began or failed. */
  readonly actedAt?: Date;
}

export function formatPendingAction(
  service: string,
  { certificates, until, failure, actedAt }: PendingActionText,
): string {
  return [
    `${service} has to load new files`,
    ...certificates.map((name) => `certificate: ${name}`),
    ...(until === undefined ? [] : [`until: ${until.toISOString()}`]),
    ...(actedAt === undefined ? [] : [`acted: ${actedAt.toISOString()}`]),
    ...(failure === undefined ? [] : [`failed: ${failure.replace(/\s+/g, " ")}`]),
    "",
  ].join("\n");
}

export function parsePendingAction(text: string): PendingActionText {
  const values = (key: string) =>
    text.split("\n").filter((line) => line.startsWith(`${key}: `))
      .map((line) => line.slice(key.length + 2));
  const time = (key: string) => {
    const time = new Date(values(key)[0] ?? "");
    return Number.isNaN(time.getTime()) ? undefined : time;
  };
  return makeText(values("certificate"), time("until"), time("acted"), values("failed")[0]);
}

/** One record for both; an expiry that one of them does not know is unknown. */
export function unitePendingActions(a: PendingActionText, b: PendingActionText): PendingActionText {
  const until = a.until && b.until && (a.until < b.until ? a.until : b.until);
  const [actedAt] = [a.actedAt, b.actedAt].filter((time) => time !== undefined)
    .sort((one, other) => other.getTime() - one.getTime());
  const certificates = [...new Set([...a.certificates, ...b.certificates])];
  return makeText(certificates, until, actedAt, a.failure ?? b.failure);
}

function makeText(
  certificates: readonly string[],
  until: Date | undefined,
  actedAt: Date | undefined,
  failure: string | undefined,
): PendingActionText {
  return {
    certificates,
    ...(until !== undefined && { until }),
    ...(failure !== undefined && { failure }),
    ...(actedAt !== undefined && { actedAt }),
  };
}

/**
 * A pending validation: one line for each replaced file, and a second line with the identity of the kept
 * file. Earlier versions write no second line and ignore it. No path contains a line break: the
 * configuration refuses them.
 */
export function formatPendingValidation(replaced: readonly Replaced[]): string {
  return replaced.map(({ path, kept, identity }) =>
    `${kept ? "kept" : "new"} ${path}\n` +
    (identity === undefined ? "" : `inode ${identity} ${path}\n`)
  ).join("");
}

export function parsePendingValidation(text: string): Replaced[] {
  const lines = text.split("\n");
  const identities = new Map(lines.flatMap((line) => {
    const [, identity, path] = /^inode (\d+:\d+:\d+) (\/.+)$/.exec(line) ?? [];
    return identity === undefined || path === undefined ? [] : [[path, identity] as const];
  }));
  return lines.flatMap((line) => {
    const [, word, path] = /^(kept|new) (\/.+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (word === "new") return { path, kept: false };
    const identity = identities.get(path);
    return { path, kept: true, ...(identity !== undefined && { identity }) };
  });
}
