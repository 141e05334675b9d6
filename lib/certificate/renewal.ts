/** When a certificate is to be renewed. */
import type { RenewalWindow } from "../config/types.ts";

/** The two ends of a certificate's validity. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The window's length in seconds for a certificate of this lifetime. */
export function windowSeconds(window: RenewalWindow, validity: Validity): number {
  if (window.kind === "duration") return window.seconds;
  return (validity.notAfter.getTime() - validity.notBefore.getTime()) / 1000 * window.percent / 100;
}

/** The moment from which on the certificate is to be renewed. */
export function renewalStart(window: RenewalWindow, validity: Validity): Date {
  return new Date(validity.notAfter.getTime() - windowSeconds(window, validity) * 1000);
}
