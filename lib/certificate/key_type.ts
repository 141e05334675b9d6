/** The type of a key. */
import type { KeyObject } from "node:crypto";

const CURVES: Readonly<Record<string, string>> = { prime256v1: "256", secp384r1: "384" };

/** A value of `key_type` if possible, otherwise the runtime's name: `ec-secp521r1`. */
export function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case "ec": {
      const curve = asymmetricKeyDetails?.namedCurve ?? "";
      return `ec-${CURVES[curve] ?? curve}`;
    }
    case "rsa":
    case "rsa-pss":
      return `${asymmetricKeyType}-${asymmetricKeyDetails?.modulusLength}`;
    default:
      return asymmetricKeyType ?? "unknown";
  }
}
