/**
 * Writes the metrics as targets are written: by one rename, and as the user who can replace the file
 * if that is not root.
 */
import { causeAndFix } from "../text/plain_cause.ts";
import { directoryOf } from "../text/path.ts";
import { temporaryFile } from "../store/store_paths.ts";
import type { HostUser } from "../host/types.ts";
import type { Writers } from "./writers/writers.ts";

/** The file of the metrics, and who writes it. */
export interface MetricsPlace {
  readonly path: string;
  /** Written as this user. */
  readonly by?: HostUser;
  /** Owner and group of the existing file, if root writes; absent: root's. */
  readonly owners?: HostUser;
}

/** Readable by all: it contains no secrets. */
const MODE = 0o644;

/** @returns Why it could not be written. */
export async function writeMetrics(
  { path, by, owners }: MetricsPlace,
  text: string,
  writers: Writers,
): Promise<string | undefined> {
  const writer = writers.of(by);
  const content = { encoding: "utf8", data: text } as const;
  try {
    await writer({
      do: "make",
      file: { path, content, ...(by ?? owners), mode: MODE, createDirs: false },
    });
    await writer({ do: "replace", path, inPlace: false });
    await writer({ do: "sync", directory: directoryOf(path) });
    return undefined;
  } catch (error) {
    await writer({ do: "remove", path: temporaryFile(path) }).catch(() => undefined);
    return `Cannot write "metrics_file" "${path}": ${causeAndFix(error, path)}`;
  }
}
