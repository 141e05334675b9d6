/** Removes the private key of a revoked certificate from the archive. */
import type { X509Certificate } from "node:crypto";
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/keys.ts";
import { removeIfThere } from "../host/atomic_write.ts";
import { syncDirectory } from "../host/sync.ts";
import { isThere, readText, requireText } from "../host/read.ts";
import { nameOf } from "../text/path.ts";
import { archivedSets, isOfSerial } from "./earlier_sets.ts";

/**
 * Earlier certificates may have the same key, so each archived set is searched for it. If the revoked
 * certificate is not there, its key may be in a set without a readable certificate. Throws the
 * system's error, or Error in plain words.
 */
export function forgetKey(certStore: string, name: string, serial: string): void {
  const sets = archivedSets(certStore, name).map((path) => ({
    path,
    x509: open(path),
    key: isThere(`${path}/privkey.pem`) ? requireText(`${path}/privkey.pem`) : undefined,
  }));
  const isOwn = ({ path }: (typeof sets)[number]) => nameOf(path).replace(/-\d+$/, "") === serial;
  const revoked = sets.find(({ x509 }) => x509 && readFacts(x509).serial === serial)?.x509;
  const isFound = revoked !== undefined || sets.some(isOwn);
  // The runtime may not know the algorithm; then the text tells.
  const ownKey = sets.find(({ x509 }) => x509 !== undefined && x509 === revoked)?.key;
  const isOfRevoked = (key: string) =>
    key === ownKey || (revoked !== undefined && matchKey(revoked, key) === "match");
  const isRevoked = (set: (typeof sets)[number]) => {
    if (set.key === undefined || isOwn(set)) return isOwn(set);
    if (revoked !== undefined) return isOfRevoked(set.key);
    return !isFound && set.x509 === undefined && !isOfSerial(nameOf(set.path));
  };
  const forgotten = new Set(sets.filter(isRevoked).map(({ key }) => key));
  for (const { path, key } of sets) {
    if (key === undefined || !forgotten.has(key)) continue;
    removeIfThere(`${path}/privkey.pem`);
    syncDirectory(path);
  }
}

/** The certificate of a set, if there is one. Throws Error in plain words if that cannot be told. */
function open(set: string): X509Certificate | undefined {
  const text = readText(`${set}/cert.pem`);
  if (text.kind === "unreadable") throw new Error(text.problem);
  try {
    return text.kind === "present" ? openCertificate(text.value) : undefined;
  } catch {
    return undefined; // It is damaged.
  }
}
