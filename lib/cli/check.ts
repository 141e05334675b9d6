/** `vcm check`, `vcm status` and `vcm plan`, which change nothing. */
import { findManagers } from "../observe/find_managers.ts";
import { planCheck } from "./make_plan.ts";
import { isWhole } from "../plan/due.ts";
import type { Plan } from "../plan/types.ts";
import { checkText } from "../report/check_text.ts";
import { checkJson, planJson, statusJson } from "../report/json.ts";
import { permissionsText, planText } from "../report/plan_text.ts";
import { assessStatus, CHECK_STATUS, planStatus } from "../report/verdict.ts";
import type { Host } from "../command/host.ts";
import { sayOnErr } from "../command/log_line.ts";
import { hasProbes, loadFor, paintFor } from "../command/load.ts";
import type { Arguments } from "../command/parse_arguments.ts";
import type { Config } from "../config/types.ts";
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
  const { config, made, observation } = await planCheck(await findManagers(loaded), args, host);
  const { narrowUnit, SERVICE } = await import("../tools/install/warn_narrow_unit.ts");
  const narrowness = narrowUnit(config);
  if (narrowness !== undefined) sayOnErr(args, host, "warning", `${SERVICE}: ${narrowness}`);
  const { findScheduleMisfit } = await import("../tools/install/schedule_fit.ts");
  const stored = new Map(made.certificates.map(({ name, certificate }) => [name, certificate]));
  const misfit = findScheduleMisfit(config, ({ name }) => stored.get(name));
  if (misfit !== undefined) sayOnErr(args, host, "warning", `${misfit.subject}: ${misfit.message}`);
  const [paint, all] = [paintFor(args, host), args.all || args.verbose];
  const status = assessStatus(made);
  const isShown = args.json || !args.quiet || status !== "fine";
  if (args.command === "check") {
    if (isShown) host.out(args.json ? checkJson(made) : checkText(made, paint, all));
    return CHECK_STATUS[status];
  }
  if (args.command === "status") {
    if (isShown) host.out(await statusOf(made, config, args, host));
    return CHECK_STATUS[status];
  }
  const shown = made.certificates.some(({ due }) => !isWhole(due))
    ? await (await import("../tools/adopt/add_notes.ts")).addNotes(made, config, observation)
    : made;
  if (made.steps.some(({ kind }) => kind === "issue" || kind === "revoke")) {
    (await import("../command/find_access.ts")).warnNoAccess(made, config, args, host);
  }
  const blocked = made.certificates.some((state) => state.blocked.length > 0);
  const permissions = args.permissions
    ? await (await import("./carry_out.ts")).permissionsOf(made, config, host)
    : undefined;
  if (args.json) host.out(planJson(shown, permissions));
  else if (!args.quiet || blocked) host.out(planText(shown, paint, all, args.verbose));
  if (permissions !== undefined && !args.json && !args.quiet) {
    host.out(permissionsText(permissions));
  }
  return planStatus(made, args.detailedExitcode);
}

/** What `vcm status` prints. */
async function statusOf(made: Plan, config: Config, args: Arguments, host: Host): Promise<string> {
  const { orphanedSets } = await import("../store/orphans.ts");
  // Names of certificates limit the command to these.
  const found = args.names.length === 0 ? orphanedSets(config) : undefined;
  // The certificates say why a store cannot be read.
  const orphans = found?.kind === "absent"
    ? []
    : found?.kind === "present"
    ? found.value
    : undefined;
  if (args.json) {
    const { storedInventory } = await import("../store/stored_inventory.ts");
    return statusJson(made, { host: host.hostName(), orphans, inventory: storedInventory(made) });
  }
  const { statusText } = await import("../report/status_text.ts");
  return statusText(made, screenFor(args, host), orphans);
}

/** What the terminal can show. Output to a file or a pipe is never truncated. */
function screenFor(args: Arguments, host: Host): Screen {
  return {
    paint: paintFor(args, host),
    columns: host.outIsTerminal ? host.columns : undefined,
    ascii: args.ascii || !speaksUtf8(host),
  };
}

/** The first of these variables that is set decides (locale(7)). */
function speaksUtf8(host: Host): boolean {
  const locale = host.env("LC_ALL") || host.env("LC_CTYPE") || host.env("LANG") || "";
  return /utf-?8/i.test(locale);
}
