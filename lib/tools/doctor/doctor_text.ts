/** What `vcm doctor` found, a line each. */
import type { CheckResult } from "../../report/check_result.ts";
import type { Paint } from "../../report/paint.ts";

const COLOURS = { ok: "good", warning: "warn", problem: "bad" } as const;

export function doctorText(
  { verdict, subject, detail, remedy }: CheckResult,
  paint: Paint,
): string {
  const word = paint[COLOURS[verdict]](verdict) + " ".repeat("problem".length - verdict.length);
  const line = `${word}  ${subject}: ${detail}\n`;
  return remedy === undefined ? line : `${line}         ${remedy}\n`;
}

/** The verdict on the whole. */
export function worstVerdict(results: readonly CheckResult[]): CheckResult["verdict"] {
  for (const verdict of ["problem", "warning"] as const) {
    if (results.some((result) => result.verdict === verdict)) return verdict;
  }
  return "ok";
}
