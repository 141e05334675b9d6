/** Names that the PKI secrets engine leaves out of the SANs without a word, and why. */
import { isHostLike, isIpAddress } from "../../certificate/names.ts";
import type { CertificateRequest } from "../../plan/types.ts";

/** The pattern of the engine (`hostnameRegex`). It is used for the names in the body of a call only. */
const LABEL = "(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])";
export const HOSTNAME = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}\\.?$`);

/**
 * A sentence with the cause and its fix, if the form of the name is the cause.
 *
 * @param name In its ASCII form.
 */
export function whyLeftOut(
  name: string,
  { key, role }: Pick<CertificateRequest, "key" | "role">,
): string | undefined {
  if (!isHostLike(name) || isIpAddress(name)) return undefined;
  const [, host, port] = /^(.+?)(?::(\d+))?$/.exec(name) ?? [];
  if (port !== undefined) return `a name in a certificate has no port; fix: use "${host}"`;
  if (name.startsWith("[")) return `an address has no brackets; fix: use "${name.slice(1, -1)}"`;
  if (HOSTNAME.test(name)) return undefined;
  const [, parent] = /^[^.*]*\*[^.*]*\.([^*]+)$/.exec(name) ?? [];
  if (name.includes("*") && !name.startsWith("*.")) {
    const wildcard = parent === undefined ? "" : `"*.${parent}", or `;
    return `only "*" as the whole first label is a wildcard; fix: use ${wildcard}another name`;
  }
  const has = name.includes("_") ? "an underscore" : "a hyphen at an end of a label";
  const fix = key.origin === "vault" ? `"key: local"` : `use_csr_sans=true on the role "${role}"`;
  return `the server leaves out names with ${has}; fix: set ${fix}, or use another name`;
}
