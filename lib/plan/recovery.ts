/** Recovery from an interrupted run: which files are rolled back (all of its record or none), and the step. */
import { octal } from "../text/octal.ts";
import { printable, shellWord } from "../text/quote.ts";
import { replacedFile, temporaryFile } from "../store/store_paths.ts";
import type { CertificateSpec, EntrySpec } from "../config/types.ts";
import { strayDirectories } from "./bundle.ts";
import type { PlannedTarget } from "./planned_target.ts";
import { type HostUsers, otherWriters } from "../host/replacers.ts";
import { loadedUntil } from "./stored_validity.ts";
import type { Blocked, RecoverStep, Rewrite } from "./types.ts";
import type { CertificateObservation, TargetObservation } from "../observe/types.ts";
import type { Replaced, UncleanFile } from "../store/types.ts";

/** If a target is refused, its refusal is the blocker. */
export function planRecovery(
  targets: readonly PlannedTarget[],
  pendingValidation: readonly Replaced[],
  users: HostUsers,
): { readonly replaced: readonly Replaced[]; readonly blocked: readonly Blocked[] } {
  const found = pendingValidation.map((replaced) => ({
    replaced,
    target: targets.find(({ spec }) => spec.path === replaced.path),
  }));
  const blocked = found.flatMap(({ replaced, target }) =>
    unknownKept(replaced, target?.seen, users)
  );
  if (blocked.length > 0 || found.some(({ target }) => target?.writer.kind === "refused")) {
    return { replaced: [], blocked };
  }
  const replaced = found.map(({ replaced, target }) => ({
    ...replaced,
    ...(target?.writer.kind === "user" && { by: target.writer.by }),
    ...(target?.spec.inPlace && { inPlace: true }),
  }));
  return { replaced, blocked };
}

/** Earlier versions did not record which file was kept, so others could have put one there. */
function unknownKept(
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

function planRewrite(
  { targets, services }: EntrySpec,
  observed: CertificateObservation,
  unclean: readonly UncleanFile[],
): Rewrite {
  const direct = targets.length === 0 ? services.map(({ id }) => id) : [];
  return {
    parts: unclean.map(({ part }) => part),
    services: direct,
    inUseUntil: direct.length > 0 ? loadedUntil(observed) : undefined,
  };
}

function howUnclean(unclean: readonly UncleanFile[]): string[] {
  if (unclean.length === 0) return [];
  const files = unclean.map(({ part, problem }) => `${part}.pem (${problem})`).join(", ");
  const key = unclean.some(({ part }) => part === "privkey") ? ["key"] : [];
  const kept = unclean.length > key.length ? ["certificates", ...key] : key;
  const rewritten = unclean.length === 1 ? "it is rewritten" : "they are rewritten";
  return [
    `not every program loads ${files} in the store, so ${rewritten} with the same ` +
    kept.join(" and "),
  ];
}

/** @param pendingValidation Files to roll back. */
export function recoverStep(
  spec: EntrySpec & Partial<Pick<CertificateSpec, "keep">>,
  observed: CertificateObservation,
  targets: readonly PlannedTarget[],
  pendingValidation: readonly Replaced[],
): RecoverStep | undefined {
  const mayRollBack = observed.pendingValidation.length > 0 ||
    observed.unreadableRecord !== undefined;
  const found = targets.flatMap(({ seen: { path, leftover, replaced }, writer }) => {
    const paths = [
      ...(leftover ? [temporaryFile(path)] : []),
      // A rollback still needs the previous file, or may.
      ...(replaced && !mayRollBack ? [replacedFile(path)] : []),
    ];
    return writer.kind === "refused" ? [] : paths.map((path) => ({ path, writer }));
  });
  const leftovers = found.map(({ path }) => path).concat(strayDirectories(targets));
  const byUsers = found.flatMap(({ path, writer }) =>
    writer.kind === "user" ? [{ path, by: writer.by }] : []
  );
  const { interrupted, exposedKey, stored: { unclean = [] } } = observed;
  const details = [
    interrupted || leftovers.length > 0 ? "an interrupted run left temporary files" : "",
    pendingValidation.length > 0
      ? "an interrupted run left files that no service has validated"
      : "",
    exposedKey === undefined
      ? ""
      : `every user can open privkey.pem in the store (mode ${octal(exposedKey)})`,
    ...howUnclean(unclean),
  ].filter((detail) => detail !== "");
  if (details.length === 0) return undefined;
  return {
    kind: "recover",
    certificate: observed.name,
    store: interrupted,
    keep: spec.keep || undefined,
    pendingValidation,
    leftovers,
    byUsers: byUsers.length > 0 ? byUsers : undefined,
    detail: details.join("; "),
    closeKey: exposedKey !== undefined,
    rewrite: unclean.length > 0 ? planRewrite(spec, observed, unclean) : undefined,
  };
}
