/** Writes a file as another user: a process of that user does it, and root sets what the user cannot. */
import { Buffer } from "node:buffer";
import type { HostUser } from "../../host/types.ts";
import { temporaryFile } from "../../store/store_paths.ts";
import { giveGroup } from "./give_group.ts";
import type { FileRequest, NewFile, Writer, WriterAnswer } from "./writer.ts";

/** @param ask Lets the process carry out a request. Throws what it throws, and as `giveGroup()`. */
export async function writeAsUser(
  user: HostUser,
  request: FileRequest,
  ask: Writer,
): Promise<WriterAnswer> {
  return request.do === "make" ? await make(user, request.file, ask) : await ask(request);
}

/** The process creates the file with its own group; if another one is desired, root sets it. */
async function make({ uid, gid }: HostUser, file: NewFile, ask: Writer): Promise<boolean> {
  const desired = file.gid ?? gid;
  // Until the group is set, only the user can access the file.
  const mode = desired === gid ? file.mode : file.mode & 0o700;
  await ask({ do: "make", file: { ...file, uid, gid, mode } });
  if (desired === gid) return true;
  const temporary = temporaryFile(file.path);
  try {
    const content = Buffer.from(file.content.data, file.content.encoding);
    giveGroup(temporary, { uid, gid: desired, mode: file.mode, content });
    return true;
  } catch (error) {
    // The first failure is reported; the next run finds and removes what stays.
    await ask({ do: "remove", path: temporary }).catch(() => undefined);
    throw error;
  }
}
