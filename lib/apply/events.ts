/** What apply reports while it works: plain data, one event for each result. */
import type { InventoryFacts } from "../certificate/inventory.ts";
import type { TargetKind } from "../certificate/types.ts";
import type { Drift } from "../plan/target_types.ts";

export type ApplyEvent =
  | { readonly kind: "recovered"; readonly certificate: string; readonly detail: string }
  | {
    readonly kind: "issued";
    readonly certificate: string;
    /** Absent: an earlier run received it. */
    readonly address?: string | undefined;
    readonly serial: string;
    readonly notAfter: Date;
    /** When its renewal is due. */
    readonly renewAt: Date;
    /** Why no path from it to a root is valid. */
    readonly chainInvalid?: string;
    readonly issuer: string;
    readonly inventory: InventoryFacts;
  }
  | {
    readonly kind: "fetched";
    readonly certificate: string;
    readonly address: string;
    /** Whether it differs from what was in the store. */
    readonly changed: boolean;
    /** Until when services can use it. */
    readonly end: Date;
    /** When the server is asked again. */
    readonly renewAt: Date;
  }
  | {
    readonly kind: "deployed";
    readonly certificate: string;
    readonly what: TargetKind;
    readonly path: string;
    readonly drift: readonly Drift[];
  }
  /** A service rejected the new files; the old ones are restored. */
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

/** A step that was not carried out. */
export interface Failure {
  /** "skipped": not tried, because of another failure that is reported too, or because there is no need. */
  readonly kind: "failed" | "skipped";
  readonly step: "recover" | "revoke" | "issue" | "fetch" | "deploy" | "service";
  /** Name of the certificate, or of the service. */
  readonly subject: string;
  readonly message: string;
}

export type Emit = (event: ApplyEvent) => void;

/** Wraps a listener so that its errors neither stop the work nor count as failures of it. */
export function unfailing(listener: Emit): Emit {
  return (event) => {
    try {
      listener(event);
    } catch {
      return;
    }
  };
}
