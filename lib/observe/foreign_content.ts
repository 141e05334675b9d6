/**
 * Whether what lies at a target's path is something else than a certificate or key file: then it is
 * not VCM's to replace. A damaged one still is.
 */
import { looksLikeCertificateFile } from "../certificate/certificate_content.ts";
import { versionOf } from "../store/store_paths.ts";
import type { Presence } from "../host/types.ts";
import { observe, type Reader, readInfo } from "../host/read.ts";

/** Bytes; no file of a certificate is bigger, and what is bigger is not read. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Links are followed: what a link leads to may be read through it by others. */
export function isForeign(path: string, read: Reader): Presence<boolean> {
  const info = readInfo(path);
  if (info.kind !== "present") return info;
  if (!info.value.isSymlink) return judge(path, info.value, read);
  if (leadsToBundle(path)) return { kind: "present", value: false };
  const aim = observe(path, () => Deno.statSync(path));
  return aim.kind === "present" ? judge(path, aim.value, read) : aim;
}

function judge(path: string, { isFile, size }: Deno.FileInfo, read: Reader): Presence<boolean> {
  if (!isFile || size > MAX_BYTES) return { kind: "present", value: true };
  const bytes = read.bytes(path);
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
