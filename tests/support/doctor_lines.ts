/** The output of `vcm doctor` without what depends on the host that runs the tests, such as its timer. */
const HOST_LINES =
  /^(?:ok|warning|problem) +(?:vcm|schedule|targets|core files|vcm\.\w+|\/etc\/(?:vcm|cron\.d)\/\S+): /;

/** Each result with the fix below it. */
export function withoutHost(stdout: string): string {
  const results = stdout.match(/^(?:ok|warning|problem) .*\n(?: {9}.*\n)*/gm);
  if (results === null) return stdout;
  return results.filter((result) => !HOST_LINES.test(result)).join("");
}

/** The same for `--json`. */
export function isOfHost(
  { verdict, subject }: { readonly verdict: string; readonly subject: string },
): boolean {
  return HOST_LINES.test(`${verdict} ${subject}: `);
}

/** Fixes of messages that name none themselves: commands that show more. */
export const LOOKS =
  /^(?:curl -i|(?:for a new secret id: )?bao (?:secrets list|token lookup|read|write -f)|set "auth" in|change the entry, or the role)/;
