/** What systemd knows of the units of `vcm install`. */
import { SERVICE, TIMER } from "./units_text.ts";
import type { ServiceHost } from "./service_host.ts";

export interface UnitStates {
  /** The timer waits for its time, and will again after a boot. */
  readonly runs: boolean;
  /** systemd has read the files as they are. */
  readonly isCurrent: boolean;
  /** The last run failed. */
  readonly hasFailed: boolean;
  /** Paths of the files that it has the units from. */
  readonly fragments: readonly string[];
}

/** Throws CommandError where there is no systemctl. */
export async function unitStates(on: ServiceHost): Promise<UnitStates> {
  const properties = "--property=ActiveState,UnitFileState,NeedDaemonReload,FragmentPath";
  const { stdout } = await on.systemctl(["show", properties, "--", TIMER, SERVICE]);
  const [timer = "", service = ""] = stdout.split(/\n\s*\n/);
  return {
    runs: /^ActiveState=active$/m.test(timer) && /^UnitFileState=enabled$/m.test(timer),
    isCurrent: !/^NeedDaemonReload=yes$/m.test(stdout),
    hasFailed: /^ActiveState=failed$/m.test(service),
    fragments: [...stdout.matchAll(/^FragmentPath=(.+)$/mg)].map(([, path = ""]) => path),
  };
}
