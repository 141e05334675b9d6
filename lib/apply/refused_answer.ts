/** Records that a certificate was issued in vain, so that the next run does not ask for another one. */
import { describeNextTry, nextTry } from "../plan/refused_answer.ts";
import type { ForgetStep, IssueStep } from "../plan/types.ts";
import { removeRefusedAnswer, writeRefusedAnswer } from "../store/refused_answer.ts";
import { WastedAnswerError } from "../vault/errors.ts";
import type { Emit } from "./events.ts";

/** Records the failure of an issue step if it wasted a certificate. Reports by events; never throws. */
export async function recordWaste(
  { certificate, ifRefused: { entry, count, validUntil } }: IssueStep,
  certStore: string,
  error: Error,
  emit: Emit,
): Promise<void> {
  if (!(error instanceof WastedAnswerError)) return;
  const at = new Date();
  const refused = { at, count: count + 1, reason: error.message, entry };
  const warn = (message: string) => emit({ kind: "warning", subject: certificate, message });
  try {
    await writeRefusedAnswer(certStore, certificate, refused);
    warn(describeNextTry(certificate, nextTry(refused, validUntil)));
  } catch (error) {
    warn(`the next run may ask for another certificate: ${(error as Error).message}`);
  }
}

/** Reports a failure by an event; never throws. */
export function forget({ certificate }: ForgetStep, certStore: string, emit: Emit): void {
  try {
    removeRefusedAnswer(certStore, certificate);
    const detail = "removed the record of certificates that were issued in vain";
    emit({ kind: "recovered", certificate, detail });
  } catch (error) {
    const { message } = error as Error;
    emit({ kind: "failed", step: "recover", subject: certificate, message });
  }
}

/** After a certificate was stored. What cannot be removed is reported by the next run. */
export function forgetQuietly(certStore: string, certificate: string): void {
  try {
    removeRefusedAnswer(certStore, certificate);
  } catch {
    return;
  }
}
