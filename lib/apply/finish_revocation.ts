/** Finishes a revocation that an interrupted command began. Its failure stops no other step. */
import type { RevokeStep } from "../plan/types.ts";
import type { Tools } from "./certificate_steps.ts";
import { isArchived } from "../store/store_paths.ts";
import { completeRevocation } from "./revocation.ts";

/** Reports a failure by an event; never throws. */
export async function finishRevocation(
  { certificate: name, revocation: pending }: RevokeStep,
  certStore: string,
  { sessions, emit }: Pick<Tools, "sessions" | "emit">,
): Promise<void> {
  try {
    const begun = { certStore, name, pending, earlier: true };
    const files = await completeRevocation(begun, sessions);
    const detail = `finished the revocation of serial ${pending.serial}`;
    emit({ kind: "recovered", certificate: name, detail });
    if (!pending.forgetKey || files === undefined || isArchived(certStore, files)) return;
    const message = `the set in the store was a symbolic link to "${files}"; its private key ` +
      "is still there, so remove it yourself";
    emit({ kind: "warning", subject: name, message });
  } catch (error) {
    const message = `Cannot finish the revocation of serial ${pending.serial}: ` +
      (error as Error).message;
    emit({ kind: "failed", step: "revoke", subject: name, message });
  }
}
