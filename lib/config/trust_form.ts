/** The keys of a trust entry: a bundle of CA certificates, or CRLs. */
import type { EntryError } from "./declaration.ts";

/** Errors of the keys of one entry. */
export function trustErrors(entry: object): readonly EntryError[] {
  const [bundle, crl] = ["ca_bundle" in entry, "crl" in entry];
  if (bundle && crl) {
    return [{ key: "crl", message: `cannot be combined with "ca_bundle"; make two entries` }];
  }
  if (!bundle && !crl) return [{ message: `needs "ca_bundle" or "crl"` }];
  if (!crl || !("refresh" in entry)) return [];
  return [{ key: "refresh", message: `is not allowed with "crl", which says itself when it ends` }];
}
