/**
 * The file of a trust entry in the store, and the record of where its content came from. The time of
 * the file is when the server was asked last. The record is written last: if a run is interrupted
 * between the two, the next one asks again.
 */
import * as fs from "node:fs";
import { syncDirectory } from "../host/sync.ts";
import { isThere, readInfo, readText } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import { causeAndFix } from "../text/plain_cause.ts";
import type { TrustSource } from "../config/types.ts";
import { writeRecord } from "./record_file.ts";
import { storedDirectory, storedFile } from "./store_paths.ts";

type Source = Pick<TrustSource, "kind" | "paths">;

export interface StoredTrust {
  readonly text: string;
  /** When the server was asked last. */
  readonly at: Date;
  /** Whether it is what the configuration asks for. */
  readonly isDesired: boolean;
}

/** The stored part that a trust entry is. */
export function partOf({ kind }: Source): "ca" | "crl" {
  return kind === "crl" ? "crl" : "ca";
}

export function readTrustFile(
  certStore: string,
  name: string,
  source: Source,
): Presence<StoredTrust> {
  const path = storedFile(certStore, name, partOf(source));
  const [text, info] = [readText(path), readInfo(path)];
  if (text.kind !== "present") return text;
  if (info.kind !== "present") return info;
  const record = readText(recordFile(certStore, name));
  const isDesired = record.kind === "present" && record.value === recordOf(source);
  return {
    kind: "present",
    value: { text: text.value, at: info.value.mtime ?? new Date(0), isDesired },
  };
}

/** Throws Error with a message for users. */
export async function writeTrustFile(
  certStore: string,
  name: string,
  source: Source,
  text: string,
): Promise<void> {
  const path = storedFile(certStore, name, partOf(source));
  try {
    const directory = storedDirectory(certStore, name);
    if (!isThere(directory)) {
      fs.mkdirSync(directory, { mode: 0o700 });
      syncDirectory(certStore);
    }
    await writeRecord(path, text, { isNew: false });
    await writeRecord(recordFile(certStore, name), recordOf(source), { isNew: false });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

function recordFile(certStore: string, name: string): string {
  return `${storedDirectory(certStore, name)}/source`;
}

function recordOf({ kind, paths }: Source): string {
  return `${[kind, ...paths].join("\n")}\n`;
}
