/** What a run would lose of the files that it replaces. */
import type { PlannedTarget } from "./planned_target.ts";
import { changesContent } from "./drift.ts";
import type { Blocked, Warning } from "./types.ts";
import type { Loss } from "../certificate/loss.ts";

/** Keys and certificates that are nowhere else are not lost without a word of the configuration. */
export function lossBlockers(target: PlannedTarget): Blocked[] {
  const { unique = [] } = lossOf(target) ?? {};
  if (unique.length === 0 || target.spec.overwrite) return [];
  const message = `"${target.spec.path}" also holds ${unique.join(", ")}, not in the store or ` +
    "its archive, so it is not replaced; move it away, give another path, or set " +
    '"overwrite: true" on this target';
  return [{ kind: "impossible", message }];
}

/** Of files that are replaced. */
export function lossWarnings(targets: readonly PlannedTarget[]): Warning[] {
  return targets.flatMap((target) => {
    const { things = [] } = lossOf(target) ?? {};
    if (things.length === 0 || lossBlockers(target).length > 0) return [];
    const message =
      `"${target.spec.path}" holds more than VCM writes there, which would be lost: ` +
      things.join(", ");
    return { kind: "loss", message };
  });
}

function lossOf({ seen: { file }, drift }: PlannedTarget): Loss | undefined {
  return file.kind === "present" && changesContent(drift) ? file.value.loss : undefined;
}
