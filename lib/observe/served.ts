/** Looks at what services serve, where the file says where. Needs net permission. */
import type { CertificateSpec } from "../config/types.ts";
import type { ServedObservation } from "./types.ts";
import { formatProbe, observeServed } from "./probe.ts";

/** Looks at one time: more would be a burst of connections at a host that is busy. */
const IN_FLIGHT = 8;

/** A service that does not answer must not hold up a run for as long as one that just acted. */
const LOOK_LIMIT = 10_000;

/** Every probe once. */
export async function observeAllServed(
  specs: readonly CertificateSpec[],
): Promise<ServedObservation[]> {
  const looks = specs.flatMap(({ name, services }) =>
    services.flatMap(({ id, probe }) =>
      probe === undefined ? [] : [{ service: id, certificate: name, probe }]
    )
  );
  const seen: ServedObservation[] = [];
  const waiting = looks.entries();
  const worker = async () => {
    for (const [at, { probe, ...whose }] of waiting) {
      const served = await observeServed(probe, Math.min(LOOK_LIMIT, probe.timeout * 1000));
      seen[at] = { ...whose, at: formatProbe(probe), served };
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, looks.length) }, worker));
  return seen;
}
