/** The writers of a run: its own, and one for each user in whose directories it writes. */
import type { HostUser } from "../../host/types.ts";
import type { Commands } from "../commands/commands.ts";
import { carryOutRequest } from "./own_writer.ts";
import { writeAsUser } from "./user_writer.ts";
import type { FileRequest, Writer, WriterAnswer } from "./writer.ts";

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
    return (request) =>
      writeAsUser(
        user,
        request,
        async (one) => requireDone(user, one, await this.commands.write(user, one)),
      );
  }

  /** Ends the processes of other users. Never throws. */
  async close(): Promise<void> {
    if (this.#hasProcesses) await this.commands.close();
  }
}

/** What rollback.ts judges by more than "done". */
const OTHER_ANSWERS: readonly FileRequest["do"][] = ["keep", "restore"];

/** Throws Error in plain words if the process of another user says anything but that it is done. */
function requireDone({ uid }: HostUser, request: FileRequest, answer: WriterAnswer): WriterAnswer {
  if (answer === true || OTHER_ANSWERS.includes(request.do)) return answer;
  throw new Error(`the writer process did not do it, and gave no reason (as user ${uid})`);
}
