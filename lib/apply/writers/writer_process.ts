/**
 * The process that works on files as another user: `vcm write-files-as UID`, started by root with
 * that user's ids and obeying nobody but its standard input. It gives up all but reading and
 * writing, and ends with its input. It holds nothing that the user may not have: an order has the
 * key that is to be that user's anyway, and comes by standard input, where no list of processes
 * shows it.
 */
import { codeOf } from "./error_codes.ts";
import type { FileRequest, WriterAnswer } from "./writer.ts";
import { lines } from "./lines.ts";
import { carryOutRequest } from "./own_writer.ts";

/** An order a line comes in, an answer a line goes out; each is JSON. */
export type Answer =
  | { readonly kind: "done"; readonly value: WriterAnswer }
  | { readonly kind: "failed"; readonly code: string };

/** A text of a certificate's files, a hundred times over. */
const LONGEST_REQUEST = 4 * 1024 * 1024;

/** @param uid Whose hand this is to be. Answers the exit status. */
export async function serveFileRequests(uid: string | undefined): Promise<number> {
  // Orders are meant for a user who can harm nobody else, and root is not that.
  if (uid === "0" || String(Deno.uid()) !== uid) {
    console.error("error: vcm runs this command itself; do not run it by hand");
    return 2;
  }
  for (const name of ["net", "run", "env", "sys", "ffi", "import"] as const) {
    Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
  }
  const encoder = new TextEncoder();
  for await (const line of lines(Deno.stdin.readable, LONGEST_REQUEST)) {
    const answer = encoder.encode(`${JSON.stringify(answerTo(line))}\n`);
    for (let at = 0; at < answer.length;) at += Deno.stdout.writeSync(answer.subarray(at));
  }
  return 0;
}

function answerTo(line: string): Answer {
  try {
    return { kind: "done", value: carryOutRequest(JSON.parse(line) as FileRequest) };
  } catch (error) {
    return { kind: "failed", code: codeOf(error) };
  }
}

// From source this file is started itself: the user need not be able to read npm packages.
if (import.meta.main) Deno.exit(await serveFileRequests(Deno.args[0]));
