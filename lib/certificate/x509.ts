/**
 * The library that writes certificates, signing requests and their parts. Loading it costs 15 ms, so
 * only rare tasks import it: local keys, names of rare kinds, signatures that node:crypto cannot
 * check, the demo server.
 *
 * It exports copies and re-exports nothing: the bundler would link a re-export directly to its package,
 * and load that before `reflect-metadata`.
 */
import "reflect-metadata";
import * as asn1Schema from "@peculiar/asn1-schema";
import * as asn1X509 from "@peculiar/asn1-x509";
import * as peculiarX509 from "@peculiar/x509";

export const asn1 = { ...asn1Schema, ...asn1X509 };
export const x509 = { ...peculiarX509 };
