/**
 * Reads a deployed file for `vcm adopt`. It is read only if nobody but root, the runner and the user
 * whom the configuration names as its owner could have put it there. No link is followed to a file.
 */
import * as fs from "node:fs";
import type { FileSpec } from "../../config/types.ts";
import { openRegularFile } from "../../host/file_identity.ts";
import { fill, MAX_BYTES } from "../../host/regular_file.ts";
import type { HostUsers } from "../../host/replacers.ts";
import type { TargetObservation } from "../../observe/types.ts";
import { chooseWriter } from "../../plan/choose_writer.ts";
import { octal } from "../../text/octal.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { shellWord } from "../../text/quote.ts";

/** Undefined if there is no file. Throws Error in plain words, with a fix. */
export function readSource(
  spec: FileSpec,
  seen: TargetObservation,
  users: HostUsers,
): string | undefined {
  const { path } = spec;
  if (seen.file.kind === "absent") return undefined;
  if (seen.file.kind === "unreadable") throw new Error(seen.file.problem);
  const { type, owner } = seen.file.value;
  if (type !== "file") {
    const copy = type === "symlink"
      ? `; fix: cp --remove-destination "$(readlink -f ${shellWord(path)})" ${shellWord(path)}`
      : "";
    throw new Error(`"${path}" is not a regular file${copy}`);
  }
  const writer = chooseWriter(spec, seen, users);
  if (writer.kind === "refused" && !writer.onlyToWrite) {
    throw new Error(writer.message ?? `the owner of "${path}" does not exist on this host`);
  }
  const named = seen.owner.kind === "given" ? [seen.owner.id] : [];
  // Who may replace the file could have led to a file of root.
  const trusted = writer.kind === "user" ? [writer.by.uid] : [0, users.runner, ...named];
  const { text, uid, mode } = readOpen(path);
  if (!trusted.includes(uid)) {
    throw new Error(
      writer.kind === "user"
        ? `"${path}" belongs to user "${owner}", but user ${writer.by.uid} may replace it; ` +
          `fix: chown ${writer.by.uid} ${shellWord(path)}`
        : `"${path}" belongs to user "${owner}", who could have put another key or certificate ` +
          `there; if that user should own it, set "owner" of this target to "${owner}"; ` +
          `otherwise: chown root ${shellWord(path)}`,
    );
  }
  if ((mode & 0o022) === 0) return text;
  const who = (mode & 0o002) !== 0 ? "every user" : "its group";
  throw new Error(
    `${who} may write to "${path}" (mode ${octal(mode)}); fix: chmod go-w ${shellWord(path)}`,
  );
}

function readOpen(
  path: string,
): { readonly text: string; readonly uid: number; readonly mode: number } {
  let file: number | undefined;
  try {
    file = openRegularFile(path, fs.constants.O_RDONLY);
    const opened = file;
    const { uid, mode, size } = fs.fstatSync(opened);
    if (size > MAX_BYTES) throw new Error("it is larger than 4 MiB");
    const bytes = fill(size, (rest) => fs.readSync(opened, rest, 0, rest.length, null));
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    return { text, uid, mode: mode & 0o7777 };
  } catch (error) {
    throw new Error(`Cannot read "${path}": ${plainCause(error)}`, { cause: error });
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}
