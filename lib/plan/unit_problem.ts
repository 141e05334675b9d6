/** What is wrong with a unit by systemd's own record, whether or not VCM acts on it. */
import { formatTime } from "../text/format_time.ts";
import type { UnitState } from "../host/types.ts";

export interface UnitProblem {
  /**
   * "failed" and "restarting": it is down; "reloading": it is stuck; "unloaded": it runs, but systemd
   * cannot act on it; "missing": there is no such unit.
   */
  readonly kind: "failed" | "restarting" | "reloading" | "unloaded" | "missing";
  /** For people, without a full stop. */
  readonly message: string;
}

/**
 * A unit that is inactive has no problem: the one of a standby node is stopped on purpose.
 *
 * @param settle Seconds for which a unit that was started again must stay up, and that a reload may take.
 */
export function unitProblem(state: UnitState, now: Date, settle: number): UnitProblem | undefined {
  const { unit, active, load, changedAt } = state;
  if (active === "failed") {
    const message = `it has failed; ${seeJournal(unit)}; to start it: systemctl start ${unit}`;
    return { kind: "failed", message };
  }
  if (isRestarting(state, now, settle)) {
    return { kind: "restarting", message: `${howRestarting(state)}; ${seeJournal(unit)}` };
  }
  if (active === "inactive" && load === "not-found") {
    return { kind: "missing", message: howMissing(state) };
  }
  if (active === "inactive") return undefined;
  const unloaded = howUnloaded(state);
  if (unloaded !== undefined) return { kind: "unloaded", message: `it runs, but ${unloaded}` };
  if (active === "reloading" && now.getTime() - changedAt > settle * 1000) {
    return { kind: "reloading", message: stuckReload(unit, changedAt) };
  }
  return undefined;
}

function howMissing({ unit, ofUser }: UnitState): string {
  if (ofUser === undefined) {
    return "systemd has no such unit; check the name, or install the package that brings it";
  }
  const { file, user = "USER" } = ofUser;
  return `it is a unit of "systemctl --user" (${file}), for which VCM needs "command": ` +
    `["systemctl", "--user", "--machine=${user}@.host", "reload", "${unit}"]`;
}

/** Milliseconds by which systemd's answer may be younger than `now`; more is a clock that was set back. */
const LATEST = 30_000;

/** Whether its manager starts it again and again, or did so a moment ago. */
export function isRestarting(state: UnitState, now: Date, settle: number): boolean {
  if (isAutoRestart(state)) return true;
  const up = now.getTime() - state.startedAt;
  return state.active === "active" && state.restarts > 0 && up > -LATEST && up < settle * 1000;
}

/** It has ended, and systemd is going to start it again (`Restart=`). */
export function isAutoRestart({ active, sub }: UnitState): boolean {
  // Since systemd 254 also `auto-restart-queued`.
  return active === "activating" && sub.startsWith("auto-restart");
}

export function howRestarting({ restarts }: UnitState): string {
  return restarts === 0
    ? "it has ended, and systemd is going to start it again"
    : `it does not stay up: systemd has started it again ${
      restarts === 1 ? "once" : `${restarts} times`
    }`;
}

/** Why systemd cannot act on a unit that runs, and the fix; undefined: it can. */
export function howUnloaded({ unit, load }: UnitState): string | undefined {
  switch (load) {
    case "masked":
      return `it is masked, so systemd cannot act on it; fix: systemctl unmask ${unit}`;
    case "not-found":
      return "its unit file was removed, so systemd cannot act on it; " +
        "fix: install it again, then: systemctl daemon-reload";
    case "bad-setting":
    case "error":
      return `systemd cannot load its unit file (${load}); see: systemctl status ${unit}`;
    default:
      return undefined;
  }
}

/** @param since When its state last changed, milliseconds since the epoch. */
export function stuckReload(unit: string, since: number): string {
  return `it hangs in "reloading" since ${formatTime(new Date(since))}: its last reload has not ` +
    `ended; ${seeJournal(unit)}; to end it: systemctl restart ${unit}`;
}

function seeJournal(unit: string): string {
  return `see: journalctl -u ${unit}`;
}
