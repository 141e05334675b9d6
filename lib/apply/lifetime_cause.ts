/** What made the lifetime of an issued certificate shorter than desired, and the fix. */
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import type { CertificateRequest } from "../plan/types.ts";
import { formatTime } from "../text/format_time.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import { clockHint, describeClock } from "../vault/wire/clock_difference.ts";

/** Milliseconds. Servers cut a lifetime to the very second at which the CA ends. */
const SAME_END = 1000;

/** Says which CA ends with the certificate; a certificate that was cut to that end. */
function endingCa({ certificate, chain, anchors }: IssuedCertificate): string | undefined {
  const end = certificate.notAfter.getTime();
  const ca = [...chain, ...anchors].map((pem) => readFacts(openCertificate(pem)))
    .find(({ notAfter }) => Math.abs(notAfter.getTime() - end) <= SAME_END);
  return ca && `its CA "${ca.commonName ?? ca.issuer}" ends then (${formatTime(ca.notAfter)}); ` +
      "fix: renew that CA at the server";
}

/** @param otherwise What to do instead of raising `max_ttl`, such as `lower "ttl"`. */
export function lifetimeFix(
  { role }: CertificateRequest,
  issued: IssuedCertificate,
  otherwise: string,
): string {
  return endingCa(issued) ??
    `fix: ${otherwise}, or raise max_ttl of the role "${role}" or of the mount`;
}

/**
 * The fix if the clocks differ and the certificate is as desired by the server's.
 *
 * @param isWell Whether it is, at a time.
 */
export function clockFix(
  { serverTime }: IssuedCertificate,
  now: Date,
  isWell: (at: Date) => boolean,
): string | undefined {
  if (serverTime === undefined || clockHint(serverTime, now) === "") return undefined;
  if (!isWell(serverTime)) return undefined;
  return `${describeClock(serverTime, now)}; fix: set this host's clock`;
}
