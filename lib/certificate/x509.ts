/**
 * The door to the library that writes certificates, signing requests and their parts. To load it
 * costs 15 ms, so only what is needed rarely imports it: keys made on this host, names of rare kinds,
 * signatures that node:crypto cannot check, the practice Vault.
 *
 * It hands out values of its own and re-exports nothing: the bundler would join a re-export to its
 * package directly, and load that before `reflect-metadata`.
 */
import "reflect-metadata";
import * as asn1Schema from "@peculiar/asn1-schema";
import * as asn1X509 from "@peculiar/asn1-x509";
import * as peculiarX509 from "@peculiar/x509";

export const asn1 = { ...asn1Schema, ...asn1X509 };
export const x509 = { ...peculiarX509 };
