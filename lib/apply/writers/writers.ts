/** The hands of one run: our own, and one for each user in whose directories it writes. */
import type { HostUser } from "../../host/types.ts";
import type { Writer } from "./writer.ts";
import { carryOutRequest } from "./own_writer.ts";
import { UserWriter } from "./user_writer.ts";

const ownWriter: Writer = (order) => Promise.resolve().then(() => carryOutRequest(order));

export class Writers {
  readonly #others = new Map<string, UserWriter>();

  /** @param user Absent: the runner's own. */
  of(user: HostUser | undefined): Writer {
    if (user === undefined) return ownWriter;
    const key = `${user.uid} ${user.gid}`;
    const writer = this.#others.get(key) ?? new UserWriter(user);
    this.#others.set(key, writer);
    return (order) => writer.carryOut(order);
  }

  /** Ends the processes of others. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((writer) => writer.close()));
  }
}
