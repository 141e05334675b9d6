/** What apply says while it works: plain data, one event for each thing that came about. */
import type { What } from "../certificate/types.ts";
import type { Drift } from "../plan/types.ts";

export type ApplyEvent =
  | { readonly kind: "recovered"; readonly certificate: string; readonly detail: string }
  | {
    readonly kind: "issued";
    readonly certificate: string;
    readonly address: string;
    readonly serial: string;
    readonly notAfter: Date;
    /** From when on it is to be renewed. */
    readonly renewAt: Date;
    /** No path from it to a root is valid, and why. */
    readonly chainInvalid?: string;
  }
  | {
    readonly kind: "deployed";
    readonly certificate: string;
    readonly what: What;
    readonly path: string;
    readonly drift: readonly Drift[];
  }
  /** A service found fault with the new files: its old ones are back. */
  | {
    readonly kind: "rolled-back";
    readonly certificate: string;
    readonly service: string;
    readonly paths: readonly string[];
  }
  | { readonly kind: "acted"; readonly service: string; readonly action: string }
  | { readonly kind: "cleared"; readonly service: string; readonly detail: string }
  | { readonly kind: "warning"; readonly subject: string; readonly message: string }
  | Failure;

/** A step that did not come about. */
export interface Failure {
  /** "skipped": not tried, because of something else that is said too, or because it need not be. */
  readonly kind: "failed" | "skipped";
  readonly step: "recover" | "issue" | "deploy" | "service";
  /** Name of the certificate, or of the service. */
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
