/** The differences of one target, for people. */
import type { Drift } from "../plan/target_types.ts";

export function describeDrifts(drifts: readonly Drift[]): string {
  return drifts.map((drift) => {
    const { files = [] } = drift;
    return `${describeDrift(drift)}${files.length === 0 ? "" : ` (${files.join(", ")})`}`;
  }).join(", ");
}

const FOUND = {
  symlink: "a symbolic link",
  directory: "a directory",
  other: "a device, pipe or socket",
};

function describeDrift(drift: Drift): string {
  switch (drift.kind) {
    case "missing":
      return "missing";
    case "not-a-file":
      return `is ${FOUND[drift.found]}, becomes a file`;
    case "content":
      return drift.from === undefined
        ? `content differs from the store${drift.detail === undefined ? "" : `: ${drift.detail}`}`
        : `content ${drift.from} -> ${drift.to}`;
    case "renewed":
      return "new certificate";
    case "forced":
      return "written by --force";
    case "pending-validation":
      return "not validated because a run was interrupted";
    case "owner":
    case "group":
    case "mode":
      return `${drift.kind} ${drift.from} -> ${drift.to}`;
  }
}
