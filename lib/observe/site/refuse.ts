/** What VCM must not write to, though a web server reads a certificate from there. Pure. */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { UsedFile } from "./types.ts";

/** Folders in which another program keeps certificates, and what it is called. */
const KEEPERS: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/letsencrypt\//, "certbot"],
  [/\/\.acme\.sh\//, "acme.sh"],
  [/^\/(?:var\/lib|etc)\/dehydrated\//, "dehydrated"],
  [/^\/(?:var\/lib|etc|root)\/\.?lego\//, "lego"],
  [/^\/var\/lib\/(?:acme|caddy)\//, "another ACME client"],
];

/** Why a certificate with these files cannot be kept by VCM, where it cannot. */
export function refuse(
  files: readonly UsedFile[],
  isShared: (path: string) => boolean,
): string | undefined {
  for (const { path, what, doubt } of files) {
    if (doubt !== undefined) continue;
    const keeper = KEEPERS.find(([folder]) => folder.test(path))?.[1];
    if (keeper !== undefined) {
      return `${path} is kept by ${keeper}, and only one can: name another file there, or end that`;
    }
    if (path.startsWith(`${DEFAULT_CERT_STORE}/`)) {
      return `${path} lies in VCM's own store, and is no target`;
    }
    // Several certificates may have one chain, but neither key nor leaf.
    if (what !== "chain" && isShared(path)) {
      return `${path} belongs to several certificates: give each files of its own`;
    }
  }
  return undefined;
}
