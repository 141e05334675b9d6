/** Whether a service has loaded what lies on its disk. */
import type { CertificateSpec, Control } from "../config/types.ts";
import { formatMoment } from "./moment.ts";
import type { MarkerObservation, Observation } from "./types.ts";

/** A unit as all certificates that name it want it. */
export interface ServiceWish {
  readonly unit: string;
  readonly control: Control;
  readonly order: number;
  readonly certificates: readonly string[];
}

/** The stronger of two wishes for one unit is the one that satisfies both. */
const STRENGTH: Readonly<Record<Control, number>> = {
  "reload": 0,
  "reload-or-restart": 1,
  "try-reload-or-restart": 1,
  "restart": 2,
};

/** Each unit once, in the order in which they act. */
export function gatherServices(specs: readonly CertificateSpec[]): ServiceWish[] {
  const wishes = new Map<string, ServiceWish>();
  for (const spec of specs) {
    for (const { unit, control, order } of spec.services) {
      const wish = wishes.get(unit) ?? { unit, control, order, certificates: [] };
      wishes.set(unit, {
        unit,
        control: STRENGTH[control] > STRENGTH[wish.control] ? control : wish.control,
        order: Math.min(order, wish.order),
        certificates: [...wish.certificates, spec.name],
      });
    }
  }
  return [...wishes.values()].sort((a, b) => a.order - b.order);
}

/** What a marker means now. */
export type MarkerVerdict =
  | { readonly kind: "owed"; readonly detail: string }
  | { readonly kind: "settled"; readonly detail: string };

/**
 * File times come from a clock that ticks 100 to 1,000 times a second, so a file's may lie up to
 * one tick before the true moment; within it "loaded before" and "loaded after" look the same.
 */
const CLOCK_TICK = 11;

/**
 * A marker is a debt unless the unit has loaded since: it is active, its last reload did not fail,
 * and its state changed after the marker and after the last change of any file that it reads. Both
 * facts survive daemon-reload.
 *
 * Not seen: a reload that began before a file was replaced and ended after it.
 */
export function judgeMarker(
  marker: MarkerObservation,
  wish: ServiceWish,
  observation: Observation,
): MarkerVerdict {
  const deployed = Math.max(marker.since, lastChange(wish, observation));
  const owed = (why: string): MarkerVerdict => ({
    kind: "owed",
    detail: `it has not loaded the files deployed ${formatMoment(new Date(deployed))}${why}`,
  });
  const { state } = marker;
  if (state === undefined) return owed("");
  if (state.load === "not-found") return owed(" (systemd knows no such unit)");
  if (state.active === "failed") return owed(" (it has failed)");
  if (state.active === "inactive") {
    if (wish.control === "restart") return owed(" (it is inactive)");
    return { kind: "settled", detail: "it is inactive and loads them when it starts" };
  }
  if (state.reloadResult !== "success") return owed(` (last reload: ${state.reloadResult})`);
  // A reload is not the restart that was asked for.
  const loadedAt = wish.control === "restart" ? state.startedAt : state.changedAt;
  if (state.active !== "active" || loadedAt <= deployed + CLOCK_TICK) return owed("");
  return { kind: "settled", detail: `it loaded them ${formatMoment(new Date(loadedAt))}` };
}

/** The last change of any file of the certificates that name the unit. */
function lastChange(wish: ServiceWish, observation: Observation): number {
  const names = new Set(wish.certificates);
  return observation.certificates
    .filter((certificate) => names.has(certificate.name))
    .flatMap((certificate) => certificate.targets)
    .reduce(
      (last, { file }) => file.kind === "present" ? Math.max(last, file.value.changedAt) : last,
      0,
    );
}
