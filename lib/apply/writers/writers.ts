/** The writers of a run: its own, and one for each user in whose directories it writes. */
import type { HostUser } from "../../host/types.ts";
import type { Writer } from "./writer.ts";
import { carryOutRequest } from "./own_writer.ts";
import { UserWriter } from "./user_writer.ts";

const ownWriter: Writer = (request) => Promise.resolve().then(() => carryOutRequest(request));

export class Writers {
  readonly #others = new Map<string, UserWriter>();

  /** @param user Absent: the user who runs VCM. */
  of(user: HostUser | undefined): Writer {
    if (user === undefined) return ownWriter;
    const key = `${user.uid} ${user.gid}`;
    const writer = this.#others.get(key) ?? new UserWriter(user);
    this.#others.set(key, writer);
    return (request) => writer.carryOut(request);
  }

  /** Ends the processes of other users. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((writer) => writer.close()));
  }
}
