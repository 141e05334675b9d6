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
  const revoked = sets.find(({ x509 }) => x509 && readFacts(x509).serial === serial)?.x509;
  for (const { path, x509 } of sets) {
    const key = `${path}/privkey.pem`;
    if (!isThere(key)) continue;
    const isOwn = nameOf(path).replace(/-\d+$/, "") === serial || (x509 && x509 === revoked);
    if (!isOwn && (revoked === undefined || !belongs(revoked, key))) continue;
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

function belongs(certificate: X509Certificate, key: string): boolean {
  return matchKey(certificate, fs.readFileSync(key, "utf8")) === "match";
}
