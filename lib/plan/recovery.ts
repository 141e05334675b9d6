/** What an interrupted run replaced, and may be put back: all that its record names, or none of it. */
import { octal } from "../text/octal.ts";
import { printable } from "../text/printable.ts";
import { shellWord } from "../text/shell_word.ts";
import { replacedFile } from "../store/store_paths.ts";
import type { CertificateSpec } from "../config/types.ts";
import { OWN_WRITER, type WriterChoice } from "./choose_writer.ts";
import { type HostUsers, otherWriters } from "../host/replacers.ts";
import type { Blocked } from "./types.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import type { Replaced } from "../store/types.ts";

export interface Recovery {
  readonly replaced: readonly Replaced[];
  readonly blocked: readonly Blocked[];
}

/** Where a target is refused, the refusal is what a person is told. */
export function planRecovery(
  spec: CertificateSpec,
  { targets, pendingValidation }: CertificateObservation,
  writers: readonly WriterChoice[],
  users: HostUsers,
): Recovery {
  const found = pendingValidation.map((replaced) => {
    const at = targets.findIndex(({ path }) => path === replaced.path);
    return { replaced, target: targets[at], writer: writers[at] ?? OWN_WRITER };
  });
  const blocked = found.flatMap(({ replaced, target }) => doubt(replaced, target, users));
  if (blocked.length > 0 || found.some(({ writer }) => writer.kind === "refused")) {
    return { replaced: [], blocked };
  }
  const replaced = found.map(({ replaced, writer }) => ({
    ...replaced,
    ...(writer.kind === "user" && { by: writer.by }),
    ...(spec.targets.find(({ path }) => path === replaced.path)?.inPlace && { inPlace: true }),
  }));
  return { replaced, blocked };
}

/** A record of an earlier version does not say which file was kept; others could have put one there. */
function doubt(
  { path, kept, identity }: Replaced,
  target: TargetObservation | undefined,
  users: HostUsers,
): Blocked[] {
  const last = target?.ancestors.at(-1);
  if (!kept || identity !== undefined || !target?.replaced || last === undefined) return [];
  const writers = otherWriters(last, users);
  if (writers === undefined) return [];
  const old = replacedFile(path);
  const place = `${writers.who} may write to "${printable(last.directory)}" (mode ${
    octal(last.mode)
  })`;
  const message =
    `${place}, and the record of an interrupted run does not say which file it kept as "${old}"; ` +
    `check that file, then restore it by "mv ${shellWord(old)} ${shellWord(path)}" or remove it ` +
    `by "rm ${shellWord(old)}"`;
  return [{ kind: "impossible", message }];
}
