/** `vcm doctor`: checks everything that the first certificate needs from the server. */
import { reserveFile } from "../../apply/reserved_file.ts";
import type { Host } from "../../command/host.ts";
import { loadFor, narrow, paintFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import type { CheckResult } from "../../report/check_result.ts";
import { doctorJson } from "../../report/json.ts";
import type { Paint } from "../../report/paint.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/verdict.ts";
import { examine } from "./doctor.ts";

/** Throws ConfigError. */
export async function doctor(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  const specs = narrow(config, args);
  const paint = paintFor(args, host);
  const results: CheckResult[] = [];
  await examine(
    {
      config,
      specs,
      environment: host,
      now: () => host.now(),
      helpers: { note: () => {}, reserve: reserveFile },
    },
    (result) => {
      results.push(result);
      // Printed at once, so that a check that hangs is visible.
      if (!args.json && (!args.quiet || result.verdict !== "ok")) {
        host.out(doctorText(result, paint));
      }
    },
  );
  if (args.json) host.out(doctorJson(results));
  return worstVerdict(results) === "problem" ? EXIT_FAILED : EXIT_OK;
}

const COLOURS = { ok: "good", warning: "warn", problem: "bad" } as const;

export function doctorText(
  { verdict, subject, detail, remedy }: CheckResult,
  paint: Paint,
): string {
  const word = paint[COLOURS[verdict]](verdict) + " ".repeat("problem".length - verdict.length);
  const line = `${word}  ${subject}: ${detail}\n`;
  return remedy === undefined ? line : `${line}         ${remedy}\n`;
}

/** The worst verdict of all results. */
export function worstVerdict(results: readonly CheckResult[]): CheckResult["verdict"] {
  for (const verdict of ["problem", "warning"] as const) {
    if (results.some((result) => result.verdict === verdict)) return verdict;
  }
  return "ok";
}
