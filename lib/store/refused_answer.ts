/**
 * The record of answers that issued certificates which cannot be used. It keeps a run from asking for
 * another one at once. It is written after such an answer and removed when a certificate is stored.
 */
import { removeIfThere } from "../host/atomic_write.ts";
import { ABSENT, isThere, readInfo, readText } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import { causeAndFix, plainCause } from "../text/plain_cause.ts";
import { printable, shellWord } from "../text/quote.ts";
import { writeRecord } from "./record_file.ts";
import { refusedAnswerFile, temporaryFile } from "./store_paths.ts";
import type { RefusedAnswer } from "./types.ts";

/** Throws Error in plain words. */
export async function writeRefusedAnswer(
  certStore: string,
  name: string,
  refused: RefusedAnswer,
): Promise<void> {
  const path = refusedAnswerFile(certStore, name);
  try {
    // An older record is better than none.
    await writeRecord(path, `${JSON.stringify(refused)}\n`, { isNew: false });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

/** Not synced: if a power cut brings it back, a later run removes it. Throws Error in plain words. */
export function removeRefusedAnswer(certStore: string, name: string): void {
  const path = refusedAnswerFile(certStore, name);
  try {
    // A kill may have left the temporary file.
    for (const one of [temporaryFile(path), path]) if (isThere(one)) removeIfThere(one);
  } catch (error) {
    const fix = `fix: rm -r ${shellWord(path)}`;
    throw new Error(`Cannot remove "${path}": ${plainCause(error)}; ${fix}`, { cause: error });
  }
}

/** @param names The certificates that have a record in the store. */
export function readRefusedAnswers(
  certStore: string,
  names: readonly string[],
): ReadonlyMap<string, Presence<RefusedAnswer>> {
  return new Map(names.map((name) => [name, read(refusedAnswerFile(certStore, name))]));
}

function read(path: string): Presence<RefusedAnswer> {
  const info = readInfo(path);
  if (info.kind !== "present") return info;
  if (!info.value.isFile) {
    const problem = `"${path}" is not a regular file; fix: rm -r ${shellWord(path)}`;
    return { kind: "unreadable", problem };
  }
  const text = readText(path);
  if (text.kind !== "present") return text.kind === "absent" ? ABSENT : text;
  const value = parse(text.value) ?? damaged(path, info.value);
  return { kind: "present", value };
}

/** It says that there was an answer, and the file's time says when. */
function damaged(path: string, { mtime }: Deno.FileInfo): RefusedAnswer {
  const reason = `an answer of the server could not be used, and its record "${path}" is damaged`;
  return { at: mtime ?? new Date(0), count: 1, reason };
}

function parse(text: string): RefusedAnswer | undefined {
  try {
    const { at: time, count, reason, entry } = JSON.parse(text);
    const at = new Date(time);
    const isValid = typeof time === "string" && !Number.isNaN(at.getTime()) &&
      Number.isInteger(count) && count > 0 && typeof reason === "string" &&
      typeof entry === "string";
    if (!isValid) return undefined;
    return { at, count, reason: printable(reason), entry };
  } catch {
    return undefined;
  }
}
