/** The rule for common names, which also depends on whether they are SANs. */
import { asciiName, isIpAddress, lacksAsciiForm } from "../certificate/names.ts";
import { quote } from "../text/quote.ts";
import type { KeyPath } from "./diagnostic.ts";
import type { Certificate, RuleContext } from "./rule_context.ts";

/**
 * Reports the name of a host that no certificate can have, and a certificate without any name. Any
 * other text is allowed.
 */
export function checkCommonName(context: RuleContext, at: KeyPath, entry: Certificate): void {
  const key = entry.common_name === undefined ? "name" : "common_name";
  const text = entry[key];
  if (text === undefined || context.isInvalid([...at, "common_name"])) return;
  if (text === "") {
    // A list with an error in it may have had a name.
    const isNamed = SAN_KEYS.some((san) => (entry[san]?.length ?? 0) > 0);
    const isInvalid = SAN_KEYS.some((san) => context.isInvalid([...at, san]));
    if (!isNamed && !isInvalid) context.report([...at, key], NAMELESS);
    return;
  }
  const problem = problemOf(
    text,
    entry.exclude_cn_from_sans ?? context.settings.exclude_cn_from_sans,
  );
  if (problem !== undefined) context.report([...at, key], `${problem}, got ${quote(text)}`);
}

const SAN_KEYS = ["dns_sans", "ip_sans", "uri_sans", "email_sans", "other_sans"] as const;
const NAMELESS =
  'an empty "common_name" means a certificate without one, so it needs another name, ' +
  'such as "uri_sans: [spiffe://example.com/web]"';

function problemOf(text: string, excluded = false): string | undefined {
  const name = asciiName(text);
  if (/^[\w.*-]+\.$/.test(name)) {
    return `expected a DNS name such as "web.example.com", without a final dot`;
  }
  if (excluded) return undefined;
  if (/^\d+(?:\.\d+){3}$/.test(name) && !isIpAddress(name)) {
    return `expected an IP address such as "10.1.1.20"`;
  }
  const [address = "", zone] = name.split("%");
  if (zone !== undefined && isIpAddress(address)) {
    return `expected an IP address without a zone, such as "${address}"`;
  }
  // Servers refuse them whatever the role allows (RFC 1035, 2.3.4).
  const isHost = /^[\w.*-]+$/.test(name);
  if (isHost && name.split(".").some((label) => label === "" || label.length > 63)) {
    return "expected a DNS name with labels of 1 to 63 characters between its dots; if it is not the " +
      'name of a host, set "exclude_cn_from_sans: true"';
  }
  return lacksAsciiForm(text)
    ? "expected a name that can be converted to ASCII: write it as xn--…, or, if it is not the " +
      `name of a host, set "exclude_cn_from_sans: true"`
    : undefined;
}
