/** Records that a certificate was issued in vain, so that the next run does not ask for another one. */
import { nextTry } from "../plan/refused_answer.ts";
import type { ForgetStep, IssueStep } from "../plan/types.ts";
import { removeRefusedAnswer, writeRefusedAnswer } from "../store/refused_answer.ts";
import { formatTime } from "../text/format_time.ts";
import { WastedAnswerError } from "../vault/errors.ts";
import type { Emit } from "./events.ts";

/** The failure of an issue step, for people. If it wasted a certificate, that is recorded. */
export function explainFailure(
  { certificate, ifRefused: { entry, count, validUntil } }: IssueStep,
  certStore: string,
  error: Error,
  now: Date,
): string {
  const { message } = error;
  if (!(error instanceof WastedAnswerError)) return message;
  const refused = { at: now, count: count + 1, reason: message, entry };
  try {
    writeRefusedAnswer(certStore, certificate, refused);
    return `${message}; the next try is from ${formatTime(nextTry(refused, validUntil))}`;
  } catch (error) {
    return `${message}; the next run tries again: ${(error as Error).message}`;
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
