/** Probes what services serve. Needs net permission. */
import type { CertificateSpec } from "../config/types.ts";
import type { ServedObservation } from "./types.ts";
import { formatProbe, observeServed } from "./probe.ts";

/** More would be a burst of connections on a busy host. */
const IN_FLIGHT = 8;

/** Milliseconds. A service that has not just acted must not delay a run for its whole timeout. */
const LIMIT = 10_000;

/** Runs each probe once. */
export async function observeAllServed(
  specs: readonly CertificateSpec[],
): Promise<ServedObservation[]> {
  const probes = specs.flatMap(({ name, services }) =>
    services.flatMap(({ id, probe }) =>
      probe === undefined ? [] : [{ service: id, certificate: name, probe }]
    )
  );
  const seen: ServedObservation[] = [];
  const waiting = probes.entries();
  const worker = async () => {
    for (const [at, { probe, ...whose }] of waiting) {
      const served = await observeServed(probe, Math.min(LIMIT, probe.timeout * 1000));
      seen[at] = { ...whose, at: formatProbe(probe), served };
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, probes.length) }, worker));
  return seen;
}
