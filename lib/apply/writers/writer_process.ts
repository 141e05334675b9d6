/**
 * The process that writes files as another user: `vcm write-files-as UID`, started by root with that
 * user's IDs. It reads requests from its standard input, gives up all permissions but reading and
 * writing, and lets a thread carry them out. It ends with its input, whatever the thread waits for,
 * because a file system of the user may never answer. It knows nothing that the user must not know: a
 * request contains only a key of that user, and no process list shows its input.
 */
import { writeAll } from "../../host/atomic_write.ts";
import { lines, type WriterAnswer } from "./writer.ts";

/** One JSON document for each line: requests come in, answers go out. */
export type Answer =
  | { readonly kind: "done"; readonly value: WriterAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly call?: string | undefined };

const STDOUT = 1;

/** The binary contains the bundle of each worker in a directory. */
const THREAD = import.meta.url.endsWith(".ts") ? "./writer_thread.ts" : "./writer_thread/main.js";

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
  const thread = new Worker(new URL(THREAD, import.meta.url), { type: "module" });
  thread.onmessage = ({ data }: MessageEvent<Answer>) =>
    writeAll(STDOUT, encoder.encode(`${JSON.stringify(data)}\n`));
  thread.onerror = () => Deno.exit(1);
  for await (const line of lines(Deno.stdin.readable, LONGEST_REQUEST)) thread.postMessage(line);
  return 0;
}

// When VCM runs from source, this file is the program: the user may be unable to read npm packages.
if (import.meta.main) Deno.exit(await serveFileRequests(Deno.args[0]));
