/** The result of one check of `vcm doctor`. */
export interface CheckResult {
  /** "problem": certificates cannot be issued, or not as configured. */
  readonly verdict: "ok" | "warning" | "problem";
  /** What was checked, such as an address or an API path. */
  readonly subject: string;
  readonly detail: string;
  /** The fix: what to do, or a text to paste. */
  readonly remedy?: string;
}

export function found(
  verdict: CheckResult["verdict"],
  subject: string,
  detail: string,
  remedy?: string,
): CheckResult {
  return { verdict, subject, detail, ...(remedy !== undefined && { remedy }) };
}
