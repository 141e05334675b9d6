/** Where the server tells about the CA that issues for a certificate. */
import type { CertificateSpec } from "../../config/types.ts";
import { VaultError } from "../../vault/errors.ts";
import type { VaultSession } from "../../vault/session/session.ts";

type Data = Readonly<Record<string, unknown>>;

/** The issuer of the entry, otherwise the default of the mount. Needs no capability (Vault API, PKI). */
export function authorityPath({ pki, issuerRef }: CertificateSpec): string {
  return issuerRef === undefined ? `${pki}/cert/ca` : `${pki}/issuer/${issuerRef}/json`;
}

/** As above, but a role may name an issuer of its own. */
export function issuerPath(spec: CertificateSpec, role: Data | undefined): string {
  const named = role?.["issuer_ref"];
  return spec.issuerRef === undefined && typeof named === "string" &&
      named !== "" && named !== "default"
    ? `${spec.pki}/issuer/${named}/json`
    : authorityPath(spec);
}

/** What a path holds; `undefined` if it cannot be read. */
export async function readData(session: VaultSession, path: string): Promise<Data | undefined> {
  try {
    return (await session.read(path)).data;
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
