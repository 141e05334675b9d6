/** Removes the private key of a revoked certificate from the archive. */
import type { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/keys.ts";
import { removeIfThere, syncDirectory } from "../host/atomic_write.ts";
import { isThere } from "../host/read.ts";
import { nameOf } from "../text/path.ts";
import { archivedSets } from "./earlier_sets.ts";

/**
 * Earlier certificates may have the same key, so each archived set is searched for it. Throws the
 * system's error.
 */
export function forgetKey(certStore: string, name: string, serial: string): void {
  const sets = archivedSets(certStore, name).map((path) => ({ path, x509: open(path) }));
  const { x509: revoked, path: own } =
    sets.find(({ x509 }) => x509 && readFacts(x509).serial === serial) ?? {};
  const ownKey = own === undefined ? undefined : readKey(own);
  for (const { path, x509 } of sets) {
    const key = `${path}/privkey.pem`;
    if (!isThere(key)) continue;
    const isOwn = nameOf(path).replace(/-\d+$/, "") === serial || (x509 && x509 === revoked);
    if (!isOwn && (revoked === undefined || !belongs(revoked, readKey(path), ownKey))) continue;
    removeIfThere(key);
    syncDirectory(path);
  }
}

/** The certificate of a set, if it can be read. */
function open(set: string): X509Certificate | undefined {
  try {
    return openCertificate(fs.readFileSync(`${set}/cert.pem`, "utf8"));
  } catch {
    return undefined;
  }
}

function readKey(set: string): string | undefined {
  const path = `${set}/privkey.pem`;
  return isThere(path) ? fs.readFileSync(path, "utf8") : undefined;
}

/** The runtime may not know the algorithm; then the text tells. */
function belongs(certificate: X509Certificate, key: string | undefined, own: string | undefined) {
  return key !== undefined && (key === own || matchKey(certificate, key) === "match");
}
