/**
 * The record of when a certificate was issued, if the start of its validity does not tell that: the time
 * before it is no part of its lifetime. It names the serial number, so it never applies to another certificate.
 */
import { removeIfThere } from "../host/atomic_write.ts";
import { isThere, readText } from "../host/read.ts";
import { plainCause } from "../text/plain_cause.ts";
import { writeRecord } from "./record_file.ts";
import { issueTimeFile } from "./store_paths.ts";

interface IssueTime {
  readonly serial: string;
  readonly at: Date;
}

/** Throws Error in plain words. */
export async function writeIssueTime(
  certStore: string,
  name: string,
  time: IssueTime,
): Promise<void> {
  await write(issueTimeFile(certStore, name), `${JSON.stringify(time)}\n`);
}

/** Tries whether the record can be written, and keeps what it says. Throws Error in plain words. */
export async function rewriteIssueTime(certStore: string, name: string): Promise<void> {
  const path = issueTimeFile(certStore, name);
  const text = readText(path);
  if (text.kind === "unreadable") throw new Error(text.problem);
  await write(path, text.kind === "present" ? text.value : "{}\n");
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeRecord(path, text, { isNew: !isThere(path) });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** Of an earlier certificate. What cannot be removed applies to no other one. */
export function dropIssueTime(certStore: string, name: string): void {
  const path = issueTimeFile(certStore, name);
  try {
    if (isThere(path)) removeIfThere(path);
  } catch {
    return;
  }
}

/** Undefined if it is damaged, or of another certificate. */
export function readIssueTime(
  certStore: string,
  name: string,
  { serial, notBefore, notAfter }: {
    readonly serial: string;
    readonly notBefore: Date;
    readonly notAfter: Date;
  },
): Date | undefined {
  const text = readText(issueTimeFile(certStore, name));
  if (text.kind !== "present") return undefined;
  try {
    const record = JSON.parse(text.value);
    const at = new Date(record.at);
    const isValid = record.serial === serial && typeof record.at === "string" && at > notBefore &&
      at < notAfter;
    return isValid ? at : undefined;
  } catch {
    return undefined;
  }
}
