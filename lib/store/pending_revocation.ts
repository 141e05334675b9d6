/**
 * The record of a revocation. It is synced before the server is asked and removed after the set has
 * left the store, so what a kill interrupts is known and finished later.
 */
import * as fs from "node:fs";
import { removeIfThere } from "../host/atomic_write.ts";
import { syncDirectory } from "../host/sync.ts";
import { quietly } from "../host/quietly.ts";
import { ABSENT, readInfo, readText } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import { causeAndFix, plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/quote.ts";
import { writeRecord } from "./record_file.ts";
import { pendingRevocationFile } from "./store_paths.ts";
import type { PendingRevocation } from "./types.ts";

/** Throws Error in plain words. @param begun There is a record already; a failure leaves it. */
export async function writePendingRevocation(
  certStore: string,
  name: string,
  revocation: PendingRevocation,
  begun: boolean,
): Promise<void> {
  const path = pendingRevocationFile(certStore, name);
  try {
    await writeRecord(path, `${JSON.stringify(revocation)}\n`, { isNew: !begun });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

/** Throws Error in plain words. */
export function removePendingRevocation(certStore: string, name: string): void {
  const path = pendingRevocationFile(certStore, name);
  try {
    removeIfThere(path);
  } catch (error) {
    const fix = `fix: rm ${shellWord(path)}`;
    throw new Error(`Cannot remove "${path}": ${plainCause(error)}; ${fix}`, { cause: error });
  }
  // If a power cut brings it back, the server is asked once more, which changes nothing.
  quietly(() => syncDirectory(certStore));
}

export function readPendingRevocation(
  certStore: string,
  name: string,
): Presence<PendingRevocation> {
  const path = pendingRevocationFile(certStore, name);
  const text = readText(path);
  if (text.kind !== "present") return text.kind === "absent" ? ABSENT : text;
  const value = parse(text.value);
  if (value !== undefined) return { kind: "present", value };
  const problem = `"${path}" is not a valid record of a revocation; fix: rm ${shellWord(path)}, ` +
    `then run "vcm revoke ${shellWord(name)}"`;
  return { kind: "unreadable", problem };
}

function parse(text: string): PendingRevocation | undefined {
  try {
    const { serial, mount, file, forgetKey } = JSON.parse(text);
    const isValid = typeof serial === "string" && /^[0-9a-f:-]+$/.test(serial) &&
      typeof mount === "string" && mount !== "" && typeof file === "string";
    return isValid ? { serial, mount, file, forgetKey: forgetKey === true } : undefined;
  } catch {
    return undefined;
  }
}

/** The path by which a record names a configuration file. */
export function ownerFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file; // An unreadable directory above it: then the name as it was given tells the file.
  }
}

/** Whether a record is another configuration file's, which may use the same store. */
export function isOfOtherFile({ file }: PendingRevocation, own: string): boolean {
  return file !== ownerFile(own) && readInfo(file).kind !== "absent";
}
