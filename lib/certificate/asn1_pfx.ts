/**
 * The library's structures of PKCS #12 and PKCS #8. Loading it costs 30 ms, so only code that encrypts
 * or compares targets with a password imports it.
 *
 * It exports copies and re-exports nothing, for the same reason as x509.ts.
 */
import * as asn1Cms from "@peculiar/asn1-cms";
import * as asn1Pfx from "@peculiar/asn1-pfx";
import * as asn1Pkcs8 from "@peculiar/asn1-pkcs8";
import * as asn1Schema from "@peculiar/asn1-schema";
import * as asn1X509 from "@peculiar/asn1-x509";

export const asn1 = {
  ...asn1Schema,
  AlgorithmIdentifier: asn1X509.AlgorithmIdentifier,
  ContentInfo: asn1Cms.ContentInfo,
  EncryptedContent: asn1Cms.EncryptedContent,
  EncryptedContentInfo: asn1Cms.EncryptedContentInfo,
  EncryptedPrivateKeyInfo: asn1Pkcs8.EncryptedPrivateKeyInfo,
  PrivateKeyInfo: asn1Pkcs8.PrivateKeyInfo,
};

export const pfx = { ...asn1Pfx };
