/** Revokes what is in the store, and takes it out of use. */
import type { Certificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { shellWord } from "../../text/shell_word.ts";
import { revokeCertificate } from "../../vault/pki/pki.ts";
import { archiveSet } from "../../store/archive.ts";
import type { SessionOnce } from "../../apply/session_once.ts";

/** One certificate that is to be revoked. */
export interface Revocation {
  readonly name: string;
  /** Path of the mount that issued it. */
  readonly mount: string;
  readonly certificate: Certificate;
}

/** Throws Error in plain words; what was revoked and could not be moved is said so. */
export async function revoke(
  { name, mount, certificate }: Revocation,
  certStore: string,
  sessions: SessionOnce,
): Promise<{ readonly archive: string }> {
  const session = await sessions.get();
  await revokeCertificate(session, mount, certificate.serial);
  try {
    return { archive: archiveSet(certStore, name, certificate.serial) };
  } catch (error) {
    throw new Error(
      `The certificate is revoked, but its set cannot be moved out of the store: ` +
        `${plainCause(error)}; run ` +
        `"vcm issue --force ${shellWord(name)}" to replace it`,
      { cause: error },
    );
  }
}
