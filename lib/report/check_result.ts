/** What `vcm doctor` found in one place. */
export interface CheckResult {
  /** "problem": certificates cannot be issued, or not as the file asks. */
  readonly verdict: "ok" | "warning" | "problem";
  /** An address, a path of the API, or what else was looked at. */
  readonly subject: string;
  readonly detail: string;
  /** What to do, or a text to paste. */
  readonly remedy?: string;
}

/** Makes a finding. */
export function found(
  verdict: CheckResult["verdict"],
  subject: string,
  detail: string,
  remedy?: string,
): CheckResult {
  return { verdict, subject, detail, ...(remedy === undefined ? {} : { remedy }) };
}
