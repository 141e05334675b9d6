/** Checks what starts VCM on this host: the timer and its last run, or the line for cron. */
import { readInfo, readText } from "../../host/read.ts";
import { runCommand } from "../../host/run_command.ts";
import { parseTimestamp } from "../../host/units.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { octal } from "../../text/octal.ts";
import { formatTime } from "../../text/format_time.ts";
import { shellWord } from "../../text/quote.ts";
import { VERSION } from "../../text/version.ts";
import { CRON_FILE } from "../install/unit_facts.ts";
import type { ServiceHost } from "../install/service_host.ts";
import { SERVICE, TIMER } from "../install/units_text.ts";
import { explained } from "./remedy.ts";

/** Milliseconds for a program to print its version. */
const LIMIT = 10_000;

const PROPERTIES = "LoadState,ActiveState,UnitFileState,NeedDaemonReload,NextElapseUSecRealtime," +
  "Result,ExecMainStatus,ExecMainExitTimestamp,ExecStart";

/** @param cron The line for cron; tests give their own. */
export async function examineSchedule(
  on: Pick<ServiceHost, "directory" | "environmentFile" | "hasSystemd" | "systemctl">,
  cron = CRON_FILE,
): Promise<CheckResult[]> {
  const byCron = examineCron(cron, on.environmentFile);
  if (!on.hasSystemd()) return byCron.length > 0 ? byCron : [nothing("no line for cron")];
  const { stdout, stderr } = await on.systemctl([
    "show",
    `--property=${PROPERTIES}`,
    "--",
    TIMER,
    SERVICE,
  ]);
  const [timer, service] = stdout.split(/\n\s*\n/).map(propertiesOf);
  if (timer === undefined || service === undefined) {
    const detail = `systemd does not tell about it: ${stderr.trim().slice(0, 200)}`;
    return [...byCron, explained("warning", TIMER, detail, `systemctl status ${TIMER}`)];
  }
  if (timer.get("LoadState") === "not-found") {
    return byCron.length > 0 ? byCron : [nothing(`no ${TIMER}`)];
  }
  return [
    ...byCron,
    ...examineTimer(timer),
    ...examineLastRun(service),
    ...await examineProgram(service),
  ];
}

function nothing(what: string): CheckResult {
  const detail = `nothing is known to run VCM on this host: there is ${what}`;
  return found("warning", "schedule", detail, "vcm install");
}

function propertiesOf(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.trim().split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function examineTimer(timer: ReadonlyMap<string, string>): CheckResult[] {
  const [active, enabled] = [timer.get("ActiveState"), timer.get("UnitFileState")];
  const start = `systemctl enable --now ${TIMER}`;
  if (timer.get("NeedDaemonReload") === "yes") {
    const detail = "its file has changed since systemd read it";
    return [found("warning", TIMER, detail, "systemctl daemon-reload")];
  }
  if (active !== "active") return [found("problem", TIMER, `it is ${active}`, start)];
  if (enabled !== "enabled") {
    return [found("warning", TIMER, "it runs, but is not started at boot", start)];
  }
  const next = parseTimestamp(timer.get("NextElapseUSecRealtime") ?? "");
  const when = next === 0 ? "" : `; next run ${formatTime(new Date(next))}`;
  return [found("ok", TIMER, `it runs${when}`)];
}

function examineLastRun(service: ReadonlyMap<string, string>): CheckResult[] {
  if (service.get("ActiveState") === "activating") return [found("ok", SERVICE, "it runs now")];
  const ended = parseTimestamp(service.get("ExecMainExitTimestamp") ?? "");
  if (ended === 0) return [found("ok", SERVICE, "it has not run since this host was started")];
  const at = formatTime(new Date(ended));
  const [result, status] = [service.get("Result"), service.get("ExecMainStatus")];
  if (result === "success") return [found("ok", SERVICE, `its last run ended well, ${at}`)];
  const detail = `its last run failed, ${at} (${result}, exit status ${status})`;
  return [found("problem", SERVICE, detail, `to see why: journalctl -u ${SERVICE} -n 50`)];
}

/** Whether the unit runs this version. */
async function examineProgram(service: ReadonlyMap<string, string>): Promise<CheckResult[]> {
  const program = /\bpath=(\/[^;]*?) ;/.exec(service.get("ExecStart") ?? "")?.[1];
  if (program === undefined || program === Deno.execPath()) return [];
  if (readInfo(program).kind === "absent") {
    return [found("problem", SERVICE, `it runs "${program}", which does not exist`, "vcm install")];
  }
  const ran = await runCommand([program], ["--version"], LIMIT).catch(() => undefined);
  const version = /^vcm (\S+)/.exec(ran?.stdout ?? "")?.[1];
  if (version === VERSION) return [];
  const detail = version === undefined
    ? `it runs "${program}", which does not tell its version`
    : `it runs "${program}" of version ${version}; this is version ${VERSION}`;
  return [found("warning", SERVICE, detail, "to have it run this program: vcm install")];
}

/** cron(8) of Debian ignores files of others, files that others can write to, and unfinished lines. */
function examineCron(path: string, environmentFile: string): CheckResult[] {
  const [text, info] = [readText(path), readInfo(path)];
  if (text.kind === "absent") return [];
  const word = shellWord(path);
  if (text.kind === "unreadable") {
    return [explained("warning", path, text.problem, `ls -l ${word}`)];
  }
  const { uid, mode } = info.kind === "present" ? info.value : { uid: 0, mode: 0 };
  const ignored = (why: string, fix: string) => [
    found("problem", path, `cron ignores it, because ${why}`, fix),
  ];
  if (uid !== 0) return ignored("it does not belong to root", `chown root ${word}`);
  if (((mode ?? 0) & 0o022) !== 0) {
    return ignored(
      `others can write to it (mode ${octal((mode ?? 0) & 0o7777)})`,
      `chmod 644 ${word}`,
    );
  }
  const lines = text.value.split("\n").filter((line) => /^[^#]*\bvcm\b.* run\b/.test(line));
  const [line] = lines;
  if (line === undefined) {
    return [found("problem", path, "no line of it runs VCM", "for the line: vcm install")];
  }
  if (!text.value.endsWith("\n")) return ignored("its last line has no end", `echo >> ${word}`);
  if (readInfo(environmentFile).kind === "present" && !line.includes(environmentFile)) {
    const detail = `its run does not read ${environmentFile}`;
    return [found("warning", path, detail, "for a line that does: vcm install")];
  }
  const program = /(?:^|[\s;])(\/\S*vcm\S*) run\b/.exec(line)?.[1];
  if (program !== undefined && readInfo(program).kind === "absent") {
    const detail = `it runs "${program}", which does not exist`;
    return [found("problem", path, detail, "for a new line: vcm install")];
  }
  return [found("ok", path, `it runs VCM: ${line.split(/\s+/).slice(0, 5).join(" ")}`)];
}
