/** What a person should know of a stored certificate, though no renewal follows from it. */
import { isCapped, windowSeconds } from "../certificate/renewal.ts";
import { formatDuration } from "../config/duration.ts";
import type { CertificateSpec, RenewalWindow } from "../config/types.ts";
import { storedCertificate, validityOf } from "./due.ts";
import { formatMoment } from "./moment.ts";
import type { StoredSet, Warning } from "./types.ts";

export function judgeWarnings(spec: CertificateSpec, stored: StoredSet, now: Date): Warning[] {
  return [clockWarning(stored, now), capWarning(spec, stored)]
    .filter((warning) => warning !== undefined);
}

/** A new certificate would be refused as this one is: it is this host's clock that is wrong. */
function clockWarning(stored: StoredSet, now: Date): Warning | undefined {
  const certificate = storedCertificate(stored);
  if (certificate === undefined || certificate.notBefore <= now) return undefined;
  const message = `it is valid only from ${formatMoment(certificate.notBefore)}; ` +
    `is this host's clock (${formatMoment(now)}) right?`;
  return { kind: "clock", message };
}

function capWarning({ renew }: CertificateSpec, stored: StoredSet): Warning | undefined {
  const message = describeCap(renew, stored);
  return message === undefined ? undefined : { kind: "window", message };
}

/** What is to be said where a window is longer than what it is a part of, and so is capped. */
export function describeCap(renew: RenewalWindow, stored: StoredSet): string | undefined {
  const validity = validityOf(stored);
  if (validity === undefined || renew.kind !== "duration" || !isCapped(renew, validity)) {
    return undefined;
  }
  const { chainEnd } = stored;
  const lifetime = formatDuration(
    (validity.notAfter.getTime() - validity.notBefore.getTime()) / 1000,
  );
  const before = formatDuration(windowSeconds(renew, validity));
  const start = `its renewal window of ${formatDuration(renew.seconds)} is longer than`;
  return chainEnd === undefined
    ? `${start} its lifetime of ${lifetime}; it is renewed ${before} before its end`
    : `${start} the ${lifetime} that its chain lasts ("${chainEnd.name}" ends ${
      formatMoment(chainEnd.notAfter)
    }); it is renewed ${before} before that; renew that CA at the server`;
}
