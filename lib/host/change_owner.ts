/** chown and chmod of open files. The runtime's errors name neither the call nor what was asked for. */
import * as fs from "node:fs";
import { errorCode, plainCause } from "../text/plain_cause.ts";

/**
 * Throws an error that keeps the system's code.
 *
 * @param runner Who owns new files of this process, to say how the change would be permitted; absent:
 *   not known.
 */
export function changeOwner(file: number, uid: number, gid: number, runner?: number): void {
  attempt(`chown ${uid}:${gid}`, () => fs.fchownSync(file, uid, gid), hintFor(runner));
}

/** As `changeOwner()`. */
export function changeMode(file: number, mode: number): void {
  attempt(`chmod ${mode.toString(8).padStart(4, "0")}`, () => fs.fchmodSync(file, mode));
}

function hintFor(runner: number | undefined): string {
  if (runner === undefined) return "";
  return runner === 0
    ? "; root needs CAP_CHOWN for that (systemctl show vcm -p CapabilityBoundingSet), and a file " +
      "system that keeps owners (findmnt -T its directory)"
    : `; new files here belong to user ${runner}, who may not give them away: run vcm as root (on ` +
      'NFS without root_squash), or change "owner" and "group" of the target';
}

function attempt(call: string, change: () => void, hint = ""): void {
  try {
    change();
  } catch (error) {
    const code = errorCode(error);
    const message = `${call}: ${plainCause(error)}${code === "EPERM" ? hint : ""}`;
    throw Object.assign(new Error(message, { cause: error }), { call, ...(code && { code }) });
  }
}

const CALL = /^ch(?:own|mod) [\d:]{1,21}$/;

/** The call that failed, if it was one of these, such as `chown 0:33`; the text may be anything. */
export function failedCall(error: unknown): string | undefined {
  const call = typeof error === "object" && error !== null && "call" in error
    ? error.call
    : undefined;
  return typeof call === "string" && CALL.test(call) ? call : undefined;
}
