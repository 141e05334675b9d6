/** Files that VCM must not manage, even if a web server reads a certificate from them. Pure. */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { UsedFile } from "./types.ts";

/** Directories of other certificate managers, and their names. */
const MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/letsencrypt\//, "certbot"],
  [/\/\.acme\.sh\//, "acme.sh"],
  [/^\/(?:var\/lib|etc)\/dehydrated\//, "dehydrated"],
  [/^\/(?:var\/lib|etc|root)\/\.?lego\//, "lego"],
  [/^\/var\/lib\/(?:acme|caddy)\//, "another ACME client"],
];

/** Files of packages for the whole host: trusted CAs and examples. */
const SYSTEM_FILES = [
  /\/(?:ca-certificates\.crt|ca-bundle(?:\.trust)?\.crt|tls-ca-bundle\.pem)$/,
  /^\/etc\/pki\/ca-trust\//,
  /^\/etc\/(?:ssl|pki\/tls)\/cert\.pem$/,
  /\/ssl-cert-snakeoil\.(?:pem|key)$/,
  /^\/etc\/pki\/tls\/(?:certs|private)\/localhost\.(?:crt|key)$/,
];

/** Facts about the files. */
export interface Sharing {
  isShared(path: string): boolean;
  /** The resolved path, or the path itself if it cannot be resolved. */
  real(path: string): string;
}

/** Why VCM cannot manage a certificate with these files, or undefined. */
export function refuse(
  files: readonly UsedFile[],
  { isShared, real }: Sharing,
): string | undefined {
  for (const { path, what, doubt } of files) {
    if (doubt !== undefined) continue;
    const both = [path, real(path)];
    if (SYSTEM_FILES.some((own) => both.some((path) => own.test(path)))) {
      return `${path} belongs to the host and other programs read it: use another file there`;
    }
    const manager = MANAGERS.find(([directory]) => both.some((path) => directory.test(path)))?.[1];
    if (manager !== undefined) {
      return `${path} is managed by ${manager}, and only one program can manage it: use another ` +
        `file there, or stop ${manager}`;
    }
    if (both.some((path) => path.startsWith(`${DEFAULT_CERT_STORE}/`))) {
      return `${path} is in VCM's own store and cannot be a target`;
    }
    // Several certificates may share a chain, but neither a key nor a leaf.
    if (what !== "chain" && isShared(path)) {
      return `${path} belongs to several certificates: give each certificate its own files`;
    }
  }
  return undefined;
}
