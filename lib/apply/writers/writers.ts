/** The writers of a run: its own, and one for each user in whose directories it writes. */
import type { HostUser } from "../../host/types.ts";
import type { Commands } from "../commands/commands.ts";
import { carryOutRequest } from "./own_writer.ts";
import { writeAsUser } from "./user_writer.ts";
import type { Writer } from "./writer.ts";

export class Writers {
  readonly commands: Commands;
  #hasProcesses = false;

  constructor(commands: Commands) {
    this.commands = commands;
  }

  /** @param user Absent: the user who runs VCM. */
  of(user: HostUser | undefined): Writer {
    if (user === undefined) {
      return (request) => carryOutRequest(request, (path) => this.commands.copyLink(path));
    }
    this.#hasProcesses = true;
    return (request) => writeAsUser(user, request, (one) => this.commands.write(user, one));
  }

  /** Ends the processes of other users. Never throws. */
  async close(): Promise<void> {
    if (this.#hasProcesses) await this.commands.close();
  }
}
