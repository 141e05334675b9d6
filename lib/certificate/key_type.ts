/** What kind of key a key is. */
import type { KeyObject } from "node:crypto";

const CURVES: Readonly<Record<string, string>> = { prime256v1: "256", secp384r1: "384" };

/** In the words of `key_type` where it is one of those, else in the runtime's: `ec-secp521r1`. */
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
