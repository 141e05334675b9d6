/**
 * Whether what lies at a target's path is something else than a certificate or key file: then it is
 * not VCM's to replace. A damaged one still is.
 */
import { looksLikeCertificateFile } from "../certificate/certificate_content.ts";
import { observe, readInfo } from "../host/read.ts";
import { readRegularBytes } from "../host/regular_file.ts";
import type { Presence } from "../host/types.ts";
import { versionOf } from "../store/store_paths.ts";

/** Bytes; no file of a certificate is bigger, and what is bigger is not read. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Links are followed: what a link leads to may be read through it by others. No pipe is waited for.
 *
 * @param isReplaceable Another user may replace what lies there. Their link is not followed, since
 *   what VCM says of it would tell them of files that they may not see.
 */
export function isForeign(path: string, isReplaceable: boolean): Presence<boolean> {
  const info = readInfo(path);
  if (info.kind !== "present") return info;
  if (!info.value.isSymlink) return judge(path, info.value);
  if (isReplaceable || leadsToBundle(path)) return { kind: "present", value: false };
  const aim = observe(path, () => Deno.statSync(path));
  return aim.kind === "present" ? judge(path, aim.value) : aim;
}

function judge(path: string, { isFile, size }: Deno.FileInfo): Presence<boolean> {
  if (!isFile || size > MAX_BYTES) return { kind: "present", value: true };
  const bytes = observe(path, () => readRegularBytes(path).bytes);
  if (bytes.kind !== "present") return bytes;
  return { kind: "present", value: !looksLikeCertificateFile(bytes.value) };
}

/** A target that was a bundle before. */
function leadsToBundle(path: string): boolean {
  try {
    return versionOf(Deno.readLinkSync(path), path) !== undefined;
  } catch {
    return false;
  }
}
