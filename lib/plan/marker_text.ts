/** What a marker says, beside its time: plain lines, which a person can read too. */

export interface MarkerText {
  /** Certificates whose files the service has to load. */
  readonly certificates: readonly string[];
  /** End of the certificate that it has loaded, where it is known. */
  readonly until?: Date;
  /** Why the last run could not make it load more. */
  readonly failure?: string;
}

/** The text for the marker of a service. */
export function formatMarker(
  service: string,
  { certificates, until, failure }: MarkerText,
): string {
  return [
    `${service} has to load new files`,
    ...certificates.map((name) => `certificate: ${name}`),
    ...(until === undefined ? [] : [`until: ${until.toISOString()}`]),
    ...(failure === undefined ? [] : [`failed: ${failure.replace(/\s+/g, " ")}`]),
    "",
  ].join("\n");
}

/** Reads the lines that it knows, and passes over all others. */
export function parseMarker(text: string): MarkerText {
  const values = (key: string) =>
    text.split("\n").filter((line) => line.startsWith(`${key}: `))
      .map((line) => line.slice(key.length + 2));
  const until = new Date(values("until")[0] ?? "");
  const [failure] = values("failed");
  return {
    certificates: values("certificate"),
    ...(Number.isNaN(until.getTime()) ? {} : { until }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What a service owes by two markers; an end that one of them does not know is not known. */
export function uniteMarkers(a: MarkerText, b: MarkerText): MarkerText {
  const until = a.until && b.until && (a.until < b.until ? a.until : b.until);
  const failure = a.failure ?? b.failure;
  return {
    certificates: [...new Set([...a.certificates, ...b.certificates])],
    ...(until === undefined ? {} : { until }),
    ...(failure === undefined ? {} : { failure }),
  };
}
