/** What `vcm doctor` found, a line each. */
import type { Finding } from "../../report/check_result.ts";
import type { Paint } from "../../report/paint.ts";

const COLOURS = { ok: "good", warning: "warn", problem: "bad" } as const;

export function doctorText({ verdict, subject, detail, remedy }: Finding, paint: Paint): string {
  const word = paint[COLOURS[verdict]](verdict) + " ".repeat("problem".length - verdict.length);
  const line = `${word}  ${subject}: ${detail}\n`;
  return remedy === undefined ? line : `${line}         ${remedy}\n`;
}

/** The verdict on the whole. */
export function worstVerdict(findings: readonly Finding[]): Finding["verdict"] {
  for (const verdict of ["problem", "warning"] as const) {
    if (findings.some((finding) => finding.verdict === verdict)) return verdict;
  }
  return "ok";
}
