/**
 * The pending actions that the certificates of a run share. A record is synced before the first file
 * of its service changes. It is withdrawn if nothing changed after all, but only once no certificate
 * of the run needs it: certificates are worked on at one time, in any order.
 */
import {
  dropPendingAction,
  tryPendingAction,
  writePendingAction,
} from "../store/pending_action.ts";
import type { DeployStep } from "../plan/types.ts";
import { Semaphore } from "../host/semaphore.ts";
import type { Emit } from "./events.ts";

/** The record of one service. */
interface Shared {
  /** Held while the record is written: it and its trial have one temporary name. */
  readonly mutex: Semaphore;
  /** Who needs it. Somebody is in it before the record is written, so nobody else removes it. */
  readonly users: Set<Recorded>;
  /** There was none before this run. */
  isNew: boolean;
}

/** What one certificate has recorded. */
export interface Recorded {
  /** Services that had no pending action before this run. */
  readonly added: readonly string[];
  /** Nothing was changed. Never throws. */
  withdraw(): void;
}

/** What is recorded. */
type Need = Pick<DeployStep, "certificate" | "services" | "inUseUntil">;

export class PendingActions {
  readonly #certStore: string;
  readonly #emit: Emit;
  readonly #shared = new Map<string, Shared>();

  constructor(certStore: string, emit: Emit) {
    this.#certStore = certStore;
    this.#emit = emit;
  }

  /** Throws Error with a message for users if `record()` would. */
  async try({ certificate, services }: Need): Promise<void> {
    for (const service of services) {
      using _held = await this.#of(service).mutex.take();
      await tryPendingAction(this.#certStore, service, certificate);
    }
  }

  /** Records pending actions of services, synced. Throws Error with a message for users, and leaves no new one. */
  async record({ certificate, services, inUseUntil }: Need): Promise<Recorded> {
    const added: string[] = [];
    const recorded = { added, withdraw: () => this.#withdraw(recorded) };
    try {
      for (const service of services) {
        const shared = this.#of(service);
        shared.users.add(recorded);
        using _held = await shared.mutex.take();
        const isNew = await writePendingAction(this.#certStore, service, certificate, inUseUntil);
        shared.isNew ||= isNew;
        if (shared.isNew) added.push(service);
      }
      return recorded;
    } catch (error) {
      recorded.withdraw();
      throw error;
    }
  }

  #withdraw(recorded: Recorded): void {
    for (const [service, shared] of this.#shared) {
      if (!shared.users.delete(recorded) || shared.users.size > 0 || !shared.isNew) continue;
      shared.isNew = !dropPendingAction(this.#certStore, service, this.#emit);
    }
  }

  #of(service: string): Shared {
    let shared = this.#shared.get(service);
    if (shared === undefined) {
      shared = { mutex: new Semaphore(1), users: new Set(), isNew: false };
      this.#shared.set(service, shared);
    }
    return shared;
  }
}
