/** `vcm doctor`: what would keep the first certificate from being issued. */
import { reserveFile } from "../../apply/reserved_file.ts";
import { doctorText, worstVerdict } from "./doctor_text.ts";
import { doctorJson } from "../../report/json.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/verdict.ts";
import { examine } from "./doctor.ts";
import type { Finding } from "../../report/check_result.ts";
import type { Host } from "../../command/host.ts";
import { loadFor, narrow, paintFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";

/** Throws ConfigError. */
export async function doctor(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  const specs = narrow(config, args);
  const paint = paintFor(args, host);
  const findings: Finding[] = [];
  await examine(
    {
      config,
      specs,
      around: host,
      now: () => host.now(),
      helpers: { note: () => {}, reserve: reserveFile },
    },
    (finding) => {
      findings.push(finding);
      // Each as it is found: what hangs is then seen to hang.
      if (!args.json && (!args.quiet || finding.verdict !== "ok")) {
        host.out(doctorText(finding, paint));
      }
    },
  );
  if (args.json) host.out(doctorJson(findings));
  return worstVerdict(findings) === "problem" ? EXIT_FAILED : EXIT_OK;
}
