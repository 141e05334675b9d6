/** The differences of one target, for people. */
import type { Drift } from "../plan/target_types.ts";

/** @param whole With whole serial numbers and times, for logs. */
export function describeDrifts(drifts: readonly Drift[], whole = false): string {
  return drifts.map((drift) => {
    const { files = [] } = drift;
    return `${describeDrift(drift, whole)}${files.length === 0 ? "" : ` (${files.join(", ")})`}`;
  }).join(", ");
}

const FOUND = {
  symlink: "a symbolic link",
  directory: "a directory",
  other: "a device, pipe or socket",
};

function describeDrift(drift: Drift, whole: boolean): string {
  switch (drift.kind) {
    case "missing":
      return "missing";
    case "not-a-file":
      return `is ${FOUND[drift.found]}, becomes a file`;
    case "content":
      return drift.from === undefined
        ? `content differs from the store${drift.detail === undefined ? "" : `: ${drift.detail}`}`
        : `content ${whole ? `${drift.from} -> ${drift.to}` : shortChange(drift.from, drift.to)}`;
    case "renewed":
      return drift.detail ?? "new certificate";
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

/** The ends of two certificates or, if these are of one day, their serial numbers. */
function shortChange(from: string, to = ""): string {
  const [old, desired] = [from, to].map((text) => /^serial ([\w:]+) until (\S+)/.exec(text));
  if (!old || !desired) return `${from} -> ${to}`;
  if (old[2] !== desired[2]) return `until ${old[2]} -> ${desired[2]}`;
  return `serial ${lastBytes(old[1])} -> ${lastBytes(desired[1])}, until ${old[2]}`;
}

function lastBytes(serial = ""): string {
  const bytes = serial.split(":");
  return bytes.length > 3 ? `…${bytes.slice(-2).join(":")}` : serial;
}
