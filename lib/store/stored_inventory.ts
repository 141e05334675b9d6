/** Details of stored certificates, which are read only for an inventory. */
import { openCertificate } from "../certificate/certificate.ts";
import { type InventoryFacts, inventoryFacts } from "../certificate/inventory.ts";
import { readText } from "../host/read.ts";
import { storedFile } from "./store_paths.ts";

/** By the name of the certificate. */
export type StoredInventory = ReadonlyMap<string, InventoryFacts>;

/** Those that cannot be read are left out: the plan says why. */
export function storedInventory(
  { certStore, certificates }: {
    readonly certStore: string;
    readonly certificates: readonly { readonly name: string; readonly certificate?: unknown }[];
  },
): StoredInventory {
  return new Map(certificates.flatMap(({ name, certificate }) => {
    if (certificate === undefined) return [];
    const text = readText(storedFile(certStore, name, "cert"));
    if (text.kind !== "present") return [];
    try {
      return [[name, inventoryFacts(openCertificate(text.value))]];
    } catch {
      // It was replaced meanwhile.
      return [];
    }
  }));
}
