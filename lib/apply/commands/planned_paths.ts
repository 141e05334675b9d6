/** What a target of the plan may need: the same for the permissions and for the check of a request. */
import type { TargetStep } from "../../plan/target_types.ts";
import { replacedFile, temporaryFile } from "../../store/store_paths.ts";

/** Whether a target is, or was, a symbolic link. */
export function mayBeLink({ what, endsBundle, drift }: TargetStep): boolean {
  return what === "bundle" || endsBundle === true ||
    drift.some(({ kind }) => kind === "not-a-file");
}

/** A target and the files beside it while it is replaced, including a copy if hard links are missing. */
export function withSiblings(path: string): string[] {
  const kept = replacedFile(path);
  return [path, temporaryFile(path), kept, temporaryFile(kept)];
}
