/** The PKI secrets engine: requests a certificate, and checks the answer before it is used. */
import { isIpAddress } from "../../certificate/names.ts";
import type { CertificateRequest } from "../../plan/types.ts";
import { requestPath } from "../../plan/request.ts";
import { checkIssued } from "./check_issued.ts";
import { VaultError, WastedAnswerError } from "../errors.ts";
import type { IssuedCertificate } from "./issued_certificate.ts";
import type { VaultSession } from "../session/session.ts";
import type { VaultAnswer } from "../wire/answer.ts";
import type { JsonObject } from "../wire/parse_object.ts";
import type { Unsafe } from "../wire/connections.ts";

/** A certificate is wasted each time that its answer is lost. */
const ISSUES: Unsafe = { repeats: 1, effect: "issued a certificate each time" };

/**
 * `POST <mount>/issue/<role>`, or `POST <mount>/sign/<role>` for a key that is made on this host
 * (Vault API, PKI, "Generate certificate and key" and "Sign certificate").
 *
 * @param storedKey PEM of the key that is to be reused, if any.
 *
 * Throws VaultError if the server refuses, and WastedAnswerError if what it issued is not what was
 * requested. Needs `update` on that path.
 */
export async function issueCertificate(
  session: VaultSession,
  request: CertificateRequest,
  storedKey?: string,
): Promise<IssuedCertificate> {
  const path = requestPath(request);
  const own = request.key.origin === "local"
    ? await (await import("./signing_request.ts")).makeSigningRequest(request, storedKey)
    : undefined;
  const answer = await session.write(path, bodyOf(request, own?.request), ISSUES);
  try {
    return await checkIssued(request, answer, own?.privateKey);
  } catch (error) {
    const kind = hasIssued(answer) ? WastedAnswerError : VaultError;
    throw new kind(
      `Cannot use the certificate that "${answer.address}" issued for "${path}": ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
}

/** Whether anything in an answer says that there is a certificate now. */
function hasIssued({ data }: VaultAnswer): boolean {
  return ["certificate", "serial_number"].some((key) =>
    typeof data[key] === "string" && data[key] !== ""
  );
}

/**
 * Names are sent in the body, and in a signing request too: `use_csr_sans` and
 * `use_csr_common_name` of the role decide which of the two the server reads. E-mail addresses are
 * sent among the DNS names.
 *
 * Nothing else is sent, because a policy with `allowed_parameters` refuses a request for each
 * parameter that it does not list, and for each other spelling of a value.
 */
export function bodyOf(request: CertificateRequest, csr: string | undefined): JsonObject {
  const { commonName, dnsSans, emailSans, ipSans, uriSans, otherSans, ttl, ttlText } = request;
  return {
    common_name: commonName || undefined,
    alt_names: [...dnsSans, ...emailSans].join(",") || undefined,
    ip_sans: ipSans.join(",") || undefined,
    // Lists, since commas are allowed in them.
    uri_sans: uriSans.length > 0 ? uriSans : undefined,
    other_sans: otherSans.length > 0 ? otherSans : undefined,
    // Otherwise the server adds an IPv4 address as a DNS name, too.
    exclude_cn_from_sans: request.excludeCnFromSans || isIpAddress(commonName) || undefined,
    remove_roots_from_chain: request.removeRootsFromChain || undefined,
    ttl: ttlText ?? (ttl === undefined ? undefined : `${ttl}s`),
    csr,
  };
}

/**
 * `POST <mount>/revoke` (Vault API, PKI, "Revoke certificate"). A server that does not know the serial
 * number, because the role has `no_store=true`, is asked again with the certificate. Throws
 * VaultError. Needs `update` on that path.
 *
 * @param certificate PEM of the certificate, if it is there.
 */
export async function revokeCertificate(
  session: VaultSession,
  mount: string,
  serial: string,
  certificate?: string,
): Promise<void> {
  try {
    await revokeBy(session, mount, serial, { serial_number: serial });
  } catch (error) {
    const isUnknown = error instanceof VaultError && error.status === 400;
    if (!isUnknown || certificate === undefined) throw error;
    await revokeBy(session, mount, serial, { certificate }).catch((second) => {
      // It is not from this mount, or the server takes only serial numbers.
      throw second instanceof VaultError && [400, 500].includes(second.status ?? 0)
        ? error
        : second;
    });
  }
}

async function revokeBy(
  session: VaultSession,
  mount: string,
  serial: string,
  body: JsonObject,
): Promise<void> {
  const { address, data, warnings } = await session.write(`${mount}/revoke`, body);
  if (data["state"] === "revoked" || data["revocation_time"] !== undefined) return;
  // An expired certificate is answered with 200 and a warning that it was not revoked.
  throw new VaultError(
    `"${address}" did not revoke ${serial}: ${warnings.join("; ") || "no reason given"}`,
    { status: 200 },
  );
}

/**
 * `GET <mount>/cert/<serial>` (Vault API, PKI, "Read certificate"), which needs no policy. Never
 * throws.
 */
export async function readRevoked(
  session: VaultSession,
  mount: string,
  serial: string,
): Promise<"revoked" | "not-revoked" | "unknown"> {
  try {
    const { data } = await session.read(`${mount}/cert/${serial}`);
    if (typeof data["revocation_time"] !== "number") return "unknown";
    return data["revocation_time"] > 0 ? "revoked" : "not-revoked";
  } catch (error) {
    return error instanceof VaultError && error.status === 404 ? "not-revoked" : "unknown";
  }
}
