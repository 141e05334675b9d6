/** What apply says while it works: plain data, one event for each thing that came about. */
import type { Control, What } from "../config/types.ts";
import type { Drift } from "../plan/types.ts";

export type ApplyEvent =
  | { readonly kind: "tidied"; readonly certificate: string; readonly detail: string }
  | {
    readonly kind: "issued";
    readonly certificate: string;
    readonly address: string;
    readonly serial: string;
    readonly notAfter: Date;
  }
  | {
    readonly kind: "deployed";
    readonly certificate: string;
    readonly what: What;
    readonly path: string;
    readonly drift: readonly Drift[];
  }
  | { readonly kind: "acted"; readonly unit: string; readonly control: Control }
  | { readonly kind: "settled"; readonly unit: string; readonly detail: string }
  | { readonly kind: "warning"; readonly subject: string; readonly message: string }
  | Setback;

/** A step that did not come about. */
export interface Setback {
  /** "skipped": not tried, because of something else that is said too, or because it need not be. */
  readonly kind: "failed" | "skipped";
  readonly step: "tidy" | "issue" | "deploy" | "service";
  /** Name of the certificate, or the unit. */
  readonly subject: string;
  readonly message: string;
}

export type Emit = (event: ApplyEvent) => void;

/** Whoever listens must not be able to stop the work, or to make it believe that it failed. */
export function unfailing(listener: Emit): Emit {
  return (event) => {
    try {
      listener(event);
    } catch {
      return;
    }
  };
}
