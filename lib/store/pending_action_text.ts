/** What a marker says, beside its time: plain lines, which a person can read too. */

export interface PendingActionText {
  /** Certificates whose files the service has to load. */
  readonly certificates: readonly string[];
  /** End of the certificate that it has loaded, where it is known. */
  readonly until?: Date;
  /** Why the last run could not make it load more. */
  readonly failure?: string;
  /** When an action on the service, which was up before, began or failed. */
  readonly actedAt?: Date;
}

/** The text for the marker of a service. */
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

/** Reads the lines that it knows, and passes over all others. */
export function parsePendingAction(text: string): PendingActionText {
  const values = (key: string) =>
    text.split("\n").filter((line) => line.startsWith(`${key}: `))
      .map((line) => line.slice(key.length + 2));
  const time = (key: string) => {
    const time = new Date(values(key)[0] ?? "");
    return Number.isNaN(time.getTime()) ? undefined : time;
  };
  const [until, actedAt, failure] = [time("until"), time("acted"), values("failed")[0]];
  return {
    certificates: values("certificate"),
    ...(until === undefined ? {} : { until }),
    ...(actedAt === undefined ? {} : { actedAt }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What a service owes by two markers; an end that one of them does not know is not known. */
export function unitePendingActions(a: PendingActionText, b: PendingActionText): PendingActionText {
  const until = a.until && b.until && (a.until < b.until ? a.until : b.until);
  const failure = a.failure ?? b.failure;
  const [actedAt] = [a.actedAt, b.actedAt].filter((time) => time !== undefined)
    .sort((one, other) => other.getTime() - one.getTime());
  return {
    certificates: [...new Set([...a.certificates, ...b.certificates])],
    ...(until === undefined ? {} : { until }),
    ...(failure === undefined ? {} : { failure }),
    ...(actedAt === undefined ? {} : { actedAt }),
  };
}
