/** Checks how VCM is run on this host: version, schedule, unit, environment and core files. */
import type { Host } from "../../command/host.ts";
import type { Config } from "../../config/types.ts";
import { readInfo } from "../../host/read.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { VERSION } from "../../text/version.ts";
import type { ServiceHost } from "../install/service_host.ts";
import { examineEnvironment } from "./examine_environment.ts";
import { examineSchedule } from "./examine_schedule.ts";
import { explained } from "./remedy.ts";
import { findScheduleMisfit, SCHEDULE_PLACES, storedValidity } from "../install/schedule_fit.ts";
import { narrowUnit, SERVICE, UNIT } from "../install/warn_narrow_unit.ts";

const INSTALL = "vcm install";

/**
 * Needs read permission, and run permission for systemctl and the program of the unit.
 *
 * @param config With the manager of each service.
 */
export async function examineHost(
  config: Config,
  host: Pick<Host, "coreLimit" | "env" | "now">,
  on: Pick<ServiceHost, "directory" | "environmentFile" | "hasSystemd" | "systemctl">,
  places = SCHEDULE_PLACES,
): Promise<CheckResult[]> {
  const isInstalled = readInfo(UNIT).kind === "present";
  const narrowness = isInstalled ? narrowUnit(config) : undefined;
  const misfit = findScheduleMisfit(config, storedValidity(config, host.now()), places);
  return [
    found("ok", "vcm", `version ${VERSION} (deno ${Deno.version.deno})`),
    ...await examineSchedule(on),
    ...(misfit === undefined ? [] : [
      explained(misfit.expires ? "problem" : "warning", misfit.subject, misfit.message, INSTALL),
    ]),
    ...(narrowness === undefined ? [] : [explained("warning", SERVICE, narrowness, INSTALL)]),
    ...examineEnvironment(on.environmentFile, host),
    ...checkCoreLimit(await host.coreLimit()),
  ];
}

function checkCoreLimit(limit: string | undefined): CheckResult[] {
  if (limit === undefined || limit === "0") return [];
  const size = limit === "unlimited" ? limit : `${limit} bytes`;
  const detail =
    `the limit for core files is ${size}: if VCM crashes when it is started from here, ` +
    "private keys and the secret ID remain in a core file";
  return [found("warning", "core files", detail, 'run "ulimit -c 0" before VCM')];
}
