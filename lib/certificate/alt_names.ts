/** Subject alternative names as they are encoded (RFC 5280, 4.2.1.6). */
import type { X509Certificate } from "node:crypto";
import { printable } from "../text/quote.ts";
import { canonicalEmail, canonicalIp, canonicalName, type WantedNames } from "./names.ts";
import { asn1, x509 } from "./x509.ts";

const { AsnConvert, DirectoryString, id_ce_subjectAltName, SubjectAlternativeName } = asn1;

/**
 * The extension with the names of a signing request, including the common name unless it is excluded.
 * Names of other kinds are only in the body of the call: the server would add them twice if they were
 * in both.
 */
export function encodeAltNames(
  names: WantedNames,
  excludeCommonName: boolean,
): InstanceType<typeof x509.SubjectAlternativeNameExtension> | undefined {
  const own = excludeCommonName || !isDnsName(canonicalName(names.commonName))
    ? []
    : [names.commonName];
  const all = [
    ...eachOnce("dns", [...own, ...names.dnsSans], canonicalName),
    ...eachOnce("email", names.emailSans, canonicalEmail),
    ...eachOnce("ip", names.ipSans, canonicalIp),
    ...eachOnce("url", names.uriSans, String),
  ];
  return all.length === 0 ? undefined : new x509.SubjectAlternativeNameExtension(all);
}

function eachOnce(
  type: "dns" | "email" | "ip" | "url",
  names: readonly string[],
  canonical: (name: string) => string,
) {
  return [...new Set(names.map(canonical))].map((value) => ({ type, value }));
}

/** A common name that is not a DNS name, such as "My server", can only be in the subject. */
function isDnsName(name: string): boolean {
  return /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(name) && !/(?:^|\.)\d+$/.test(name);
}

/**
 * The names of other kinds in a certificate, as `OID;UTF8:TEXT`; those without text are left out.
 * node:crypto does not return them.
 */
export function readOtherNames({ raw }: X509Certificate): string[] {
  const extension = new x509.X509Certificate(new Uint8Array(raw)).getExtension(
    id_ce_subjectAltName,
  );
  if (extension === null) return [];
  return [...AsnConvert.parse(extension.value, SubjectAlternativeName)].flatMap(
    ({ otherName }) => {
      if (otherName === undefined) return [];
      try {
        const text = String(AsnConvert.parse(otherName.value, DirectoryString));
        return [`${otherName.typeId};UTF8:${printable(text)}`];
      } catch {
        return [];
      }
    },
  );
}
