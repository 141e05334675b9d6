/** What VCM must not write to, though a web server reads a certificate from there. Pure. */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { UsedFile } from "./types.ts";

/** Directories in which another program keeps certificates, and what it is called. */
const KEEPERS: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/letsencrypt\//, "certbot"],
  [/\/\.acme\.sh\//, "acme.sh"],
  [/^\/(?:var\/lib|etc)\/dehydrated\//, "dehydrated"],
  [/^\/(?:var\/lib|etc|root)\/\.?lego\//, "lego"],
  [/^\/var\/lib\/(?:acme|caddy)\//, "another ACME client"],
];

/** What packages brought for all programs of the host: authorities that it trusts, and examples. */
const HOSTS_OWN = [
  /\/(?:ca-certificates\.crt|ca-bundle(?:\.trust)?\.crt|tls-ca-bundle\.pem)$/,
  /^\/etc\/pki\/ca-trust\//,
  /^\/etc\/(?:ssl|pki\/tls)\/cert\.pem$/,
  /\/ssl-cert-snakeoil\.(?:pem|key)$/,
  /^\/etc\/pki\/tls\/(?:certs|private)\/localhost\.(?:crt|key)$/,
];

/** What a look at files has to tell. */
export interface Sharing {
  isShared(path: string): boolean;
  /** Where a path leads; itself where that cannot be told. */
  real(path: string): string;
}

/** Why a certificate with these files cannot be kept by VCM, where it cannot. */
export function refuse(
  files: readonly UsedFile[],
  { isShared, real }: Sharing,
): string | undefined {
  for (const { path, what, doubt } of files) {
    if (doubt !== undefined) continue;
    const both = [path, real(path)];
    if (HOSTS_OWN.some((own) => both.some((path) => own.test(path)))) {
      return `${path} belongs to the host and other programs read it: use another file there`;
    }
    const keeper = KEEPERS.find(([directory]) => both.some((path) => directory.test(path)))?.[1];
    if (keeper !== undefined) {
      return `${path} is managed by ${keeper}, and only one program can manage it: use another ` +
        `file there, or stop ${keeper}`;
    }
    if (both.some((path) => path.startsWith(`${DEFAULT_CERT_STORE}/`))) {
      return `${path} is in VCM's own store and cannot be a target`;
    }
    // Several certificates may have one chain, but neither key nor leaf.
    if (what !== "chain" && isShared(path)) {
      return `${path} belongs to several certificates: give each certificate its own files`;
    }
  }
  return undefined;
}
