/** `vcm check`, `vcm status` and `vcm plan`, which change nothing. */
import { findManagers } from "../observe/find_managers.ts";
import { observe } from "../observe/observe.ts";
import { plan } from "../plan/plan.ts";
import { checkText } from "../report/check_text.ts";
import { checkJson, planJson } from "../report/json.ts";
import { permissionsText, planText } from "../report/plan_text.ts";
import { assessStatus, CHECK_STATUS, planStatus } from "../report/verdict.ts";
import type { Host } from "../command/host.ts";
import { sayOnErr } from "../command/log_line.ts";
import { hasProbes, loadFor, narrow, paintFor } from "../command/load.ts";
import type { Arguments } from "../command/parse_arguments.ts";
import type { Screen } from "../report/status_text.ts";

/**
 * Gives up write permission before it reads anything and, if there are no probes, network
 * permission.
 */
export async function checkCommand(args: Arguments, host: Host): Promise<number> {
  host.giveUp("write");
  const loaded = await loadFor(args, host);
  if (!hasProbes(loaded)) host.giveUp("net");
  else if (host.env("SSLKEYLOGFILE")) {
    (await import("../command/find_access.ts")).refuseKeyLog(loaded, host);
  }
  const config = await findManagers(loaded);
  const specs = narrow(config, args);
  const { narrowUnit, SERVICE } = await import("../tools/install/warn_narrow_unit.ts");
  const narrowness = narrowUnit(config);
  if (narrowness !== undefined) sayOnErr(args, host, "warning", `${SERVICE}: ${narrowness}`);
  const made = plan(config, specs, await observe(config, host.now()), host.now());
  const [paint, all] = [paintFor(args, host), args.all || args.verbose];
  const status = assessStatus(made);
  if (args.command === "check" || args.command === "status") {
    if (args.json) host.out(checkJson(made));
    else if (!args.quiet || status !== "fine") {
      host.out(
        args.command === "check"
          ? checkText(made, paint, all)
          : (await import("../report/status_text.ts")).statusText(made, screenFor(args, host)),
      );
    }
    return CHECK_STATUS[status];
  }
  const blocked = made.certificates.some((state) => state.blocked.length > 0);
  const permissions = args.permissions
    ? await (await import("./carry_out.ts")).permissionsOf(made, config, host)
    : undefined;
  if (args.json) host.out(planJson(made, permissions));
  else if (!args.quiet || blocked) host.out(planText(made, paint, all));
  if (permissions !== undefined && !args.json && !args.quiet) {
    host.out(permissionsText(permissions));
  }
  return planStatus(made, args.detailedExitcode);
}

/** What the terminal can show. Output to a file or a pipe is never truncated. */
function screenFor(args: Arguments, host: Host): Screen {
  return {
    paint: paintFor(args, host),
    columns: host.columns,
    ascii: args.ascii || !speaksUtf8(host),
  };
}

/** The first of these variables that is set decides (locale(7)). */
function speaksUtf8(host: Host): boolean {
  const locale = host.env("LC_ALL") || host.env("LC_CTYPE") || host.env("LANG") || "";
  return /utf-?8/i.test(locale);
}
