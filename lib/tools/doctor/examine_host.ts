/** Checks how VCM is run on this host: the installed unit, and core files. */
import type { Host } from "../../command/host.ts";
import type { Config } from "../../config/types.ts";
import { readInfo } from "../../host/read.ts";
import { findManagers } from "../../observe/find_managers.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { narrowUnit, SERVICE, UNIT } from "../install/warn_narrow_unit.ts";

export async function examineHost(
  config: Config,
  host: Pick<Host, "coreLimit">,
): Promise<CheckResult[]> {
  const isInstalled = readInfo(UNIT).kind === "present";
  const narrowness = isInstalled ? narrowUnit(await findManagers(config)) : undefined;
  const [detail = "", remedy] = narrowness?.split("; fix: ") ?? [];
  return [
    ...(narrowness === undefined ? [] : [found("warning", SERVICE, detail, remedy)]),
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
