/**
 * The process that writes files as another user: `vcm write-files-as UID`, started by root with that
 * user's IDs. It reads requests from its standard input, gives up all permissions but reading and
 * writing, and ends with its input. It knows nothing that the user must not know: a request contains
 * only a key of that user, and no process list shows its input.
 */
import { writeAll } from "../../host/atomic_write.ts";
import { errorCode } from "../../text/plain_cause.ts";
import { type FileRequest, lines, type WriterAnswer } from "./writer.ts";
import { carryOutRequest } from "./own_writer.ts";

/** One JSON document for each line: requests come in, answers go out. */
export type Answer =
  | { readonly kind: "done"; readonly value: WriterAnswer }
  | { readonly kind: "failed"; readonly code: string };

const STDOUT = 1;

/** Characters; a hundred times the size of a certificate's file. */
const LONGEST_REQUEST = 4 * 1024 * 1024;

/** @param uid The user to write as. Returns the exit status. */
export async function serveFileRequests(uid: string | undefined): Promise<number> {
  // Requests are only safe for a user who cannot harm others; root could.
  if (uid === "0" || String(Deno.uid()) !== uid) {
    console.error("error: vcm runs this command itself; do not run it by hand");
    return 2;
  }
  for (const name of ["net", "run", "env", "sys", "ffi", "import"] as const) {
    Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
  }
  const encoder = new TextEncoder();
  for await (const line of lines(Deno.stdin.readable, LONGEST_REQUEST)) {
    writeAll(STDOUT, encoder.encode(`${JSON.stringify(await answerTo(line))}\n`));
  }
  return 0;
}

async function answerTo(line: string): Promise<Answer> {
  try {
    return { kind: "done", value: await carryOutRequest(JSON.parse(line) as FileRequest) };
  } catch (error) {
    return { kind: "failed", code: errorCode(error) ?? "" };
  }
}

// When VCM runs from source, this file is the program: the user may be unable to read npm packages.
if (import.meta.main) Deno.exit(await serveFileRequests(Deno.args[0]));
