/** The hands of one run: our own, and one for each user in whose directories it writes. */
import type { HostUser } from "../../host/types.ts";
import type { Hand } from "./writer.ts";
import { carryOutOrder } from "./own_writer.ts";
import { UsersHand } from "./user_writer.ts";

const ownHand: Hand = (order) => Promise.resolve().then(() => carryOutOrder(order));

export class Hands {
  readonly #others = new Map<string, UsersHand>();

  /** @param user Absent: the runner's own. */
  of(user: HostUser | undefined): Hand {
    if (user === undefined) return ownHand;
    const key = `${user.uid} ${user.gid}`;
    const hand = this.#others.get(key) ?? new UsersHand(user);
    this.#others.set(key, hand);
    return (order) => hand.carryOut(order);
  }

  /** Ends the processes of others. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((hand) => hand.close()));
  }
}
