/** A plan that restores an archived set in place of a certificate from the server. */
import type { Plan, Step } from "./types.ts";
import { nameOf } from "../text/path.ts";

export interface Restored {
  /** Directory of the archived set. */
  readonly path: string;
  /** What the next runs do with it, for people. */
  readonly outlook: string;
  /** How many sets stay in the archive. */
  readonly keep: number;
}

/** @param made The plan of a forced run for this certificate. A blocked one has no steps. */
export function restorePlan(made: Plan, { path, outlook, keep }: Restored): Plan {
  if (made.certificates.some(({ blocked }) => blocked.length > 0)) return { ...made, steps: [] };
  const detail = `"vcm rollback" to ${nameOf(path)}`;
  const steps = made.steps.map((step): Step => {
    switch (step.kind) {
      case "issue":
        return { ...step, due: { reason: "forced", detail }, keep, archived: { path, outlook } };
      case "deploy": {
        // If the set cannot be restored, nothing is deployed again.
        const targets = step.targets.map((target) => ({
          ...target,
          drift: target.drift.filter(({ kind }) => kind !== "forced").map((drift) =>
            drift.kind === "renewed" ? { ...drift, detail: "archived certificate" } : drift
          ),
        }));
        return { ...step, targets };
      }
      case "service":
      case "validate":
        return step.pending.reason === "forced"
          ? { ...step, pending: { reason: "forced", detail } }
          : step;
      default:
        return step;
    }
  });
  return { ...made, steps };
}
