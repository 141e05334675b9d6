/**
 * Revokes a certificate: record → server → set to the archive → key removed, if asked → record
 * removed. A kill at any point leaves the record, by which the next run or "vcm revoke" does the
 * rest; a server revokes as often as it is asked.
 */
import { parseCertificate } from "../certificate/certificate.ts";
import { readText } from "../host/read.ts";
import { archiveRevoked } from "../store/archive.ts";
import { forgetKey } from "../store/forget_key.ts";
import { archivedDirectory, storedFile } from "../store/store_paths.ts";
import { directoryOf } from "../text/path.ts";
import { removePendingRevocation } from "../store/pending_revocation.ts";
import type { PendingRevocation } from "../store/types.ts";
import { plainCause } from "../text/plain_cause.ts";
import { shellWord } from "../text/quote.ts";
import { VaultError } from "../vault/errors.ts";
import { readRevoked, revokeCertificate } from "../vault/pki/pki.ts";
import type { VaultSession } from "../vault/session/session.ts";
import { forgetQuietly } from "./refused_answer.ts";
import type { SessionOnce } from "./session_once.ts";

/** A revocation whose record is in the store. */
export interface BegunRevocation {
  readonly certStore: string;
  readonly name: string;
  readonly pending: PendingRevocation;
  /** An earlier command began it, and may have revoked the certificate. */
  readonly earlier: boolean;
}

/** Returns where the files are, if known. Throws Error with a message for users. */
export async function completeRevocation(
  begun: BegunRevocation,
  sessions: SessionOnce,
): Promise<string | undefined> {
  await revokeOrWithdraw(begun, sessions);
  const { certStore, name, pending: { serial, forgetKey: forget } } = begun;
  let archive: string | undefined;
  try {
    archive = archiveRevoked(certStore, name, serial);
  } catch (error) {
    throw unfinished("its set cannot be moved out of the store", begun, error);
  }
  try {
    if (forget) forgetKey(certStore, name, serial);
  } catch (error) {
    const place = directoryOf(archivedDirectory(certStore, name, serial));
    throw unfinished(`its key cannot be removed from the archive "${place}"`, begun, error);
  }
  // A person asked for another certificate.
  forgetQuietly(certStore, name);
  try {
    removePendingRevocation(certStore, name);
  } catch (error) {
    throw new Error(`It is revoked and archived, but: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return archive;
}

function unfinished(what: string, { name }: BegunRevocation, cause: unknown): Error {
  return new Error(
    `The certificate is revoked, but ${what}: ${plainCause(cause)}; ${retry(name)}`,
    {
      cause,
    },
  );
}

function retry(name: string): string {
  return `the next run tries again, or run "vcm revoke ${shellWord(name)}"`;
}

/** PEM of the certificate, if it is still what the store has. */
function storedLeaf({ certStore, name, pending }: BegunRevocation): string | undefined {
  const stored = readText(storedFile(certStore, name, "cert"));
  if (stored.kind !== "present") return undefined;
  try {
    return parseCertificate(stored.value).serial === pending.serial ? stored.value : undefined;
  } catch {
    return undefined; // It is damaged; its serial number is in the record.
  }
}

/** If it is certain that the certificate is not revoked, the record is removed. */
async function revokeOrWithdraw(begun: BegunRevocation, sessions: SessionOnce): Promise<void> {
  const { name, earlier, pending: { mount, serial } } = begun;
  let session: VaultSession | undefined;
  try {
    session = await sessions.get();
    await revokeCertificate(session, mount, serial, storedLeaf(begun));
  } catch (error) {
    const { message } = error as Error;
    const refused = isRefused(error, session);
    const state = refused && earlier && session !== undefined
      ? await readRevoked(session, mount, serial)
      : "unknown";
    if (state === "revoked") return;
    const status = error instanceof VaultError ? error.status : undefined;
    // Other refusals, such as of the token, are not about the certificate.
    const isAboutIt = status === 400 || status === 200;
    if (refused && (!earlier || (isAboutIt && state === "not-revoked"))) {
      withdraw(begun, message);
      if (!earlier) throw error;
      throw new Error(`${message}; it is not revoked, and its revocation is withdrawn`, {
        cause: error,
      });
    }
    const truth = state === "not-revoked" ? "it is not revoked yet" : "it may be revoked";
    const next = status === 403
      ? `run "vcm revoke ${shellWord(name)}" with a token that may revoke`
      : retry(name);
    throw new Error(`${message}; ${truth}: ${next}`, { cause: error });
  }
}

/** @param refusal Included in the message if the record cannot be removed. */
function withdraw({ certStore, name }: BegunRevocation, refusal: string): void {
  try {
    removePendingRevocation(certStore, name);
  } catch (error) {
    throw new Error(`${refusal}; ${(error as Error).message}`, { cause: error });
  }
}

/** Statuses with which the same request may succeed, or may have succeeded (RFC 9110, RFC 8470). */
const UNDECIDED: ReadonlySet<number | undefined> = new Set([undefined, 408, 425, 429]);

/** Whether it is certain that this request revoked nothing. */
function isRefused(error: unknown, session: VaultSession | undefined): boolean {
  // Without a session, for example because no address is configured, nothing was sent.
  if (!(error instanceof VaultError)) return session === undefined;
  return !UNDECIDED.has(error.status) && (error.status ?? 0) < 500;
}
