/** The result of one check of `vcm doctor`. */
export interface CheckResult {
  /** "problem": certificates cannot be issued, or not as configured. */
  readonly verdict: "ok" | "warning" | "problem";
  /** What was checked, such as an address or an API path. */
  readonly subject: string;
  readonly detail: string;
  /** The fix: a command, after what else is to be done. */
  readonly remedy?: string;
}

/** What is not ok needs a fix that names a command. */
export function found(verdict: "ok", subject: string, detail: string, remedy?: string): CheckResult;
export function found(
  verdict: "warning" | "problem",
  subject: string,
  detail: string,
  remedy: string,
): CheckResult;
export function found(
  verdict: CheckResult["verdict"],
  subject: string,
  detail: string,
  remedy?: string,
): CheckResult {
  return { verdict, subject, detail, ...(remedy !== undefined && { remedy }) };
}
