/** Waits until a service serves the new certificate: nothing else would show that it does not. */
import { parseCertificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { storedFile } from "../../store/store_paths.ts";
import type { ProbeSpec } from "../../config/types.ts";
import { readText } from "../../host/read.ts";
import { formatTime } from "../../text/format_time.ts";
import { pause, Stop } from "../stop.ts";

/** Milliseconds between two probes. */
const PAUSE = 200;

/** Milliseconds for one probe; a service that starts may accept connections before it answers. */
const PROBE_LIMIT = 2_000;

/**
 * Probes until the stored certificate is served. Needs net permission.
 *
 * @param warn Called if no probe can tell.
 * @returns Why it is not served after the probe's timeout; `undefined` if it is.
 */
export async function awaitServed(
  certStore: string,
  certificate: string,
  probe: ProbeSpec,
  stop: Stop = new Stop(),
  warn: (message: string) => void = () => {},
): Promise<string | undefined> {
  const { findUnprobed, formatProbe, observeServed } = await import("../../observe/probe.ts");
  const stored = readText(storedFile(certStore, certificate, "cert"));
  if (stored.kind !== "present") return undefined;
  const unprobed = findUnprobed(probe, stored.value);
  if (unprobed !== undefined) {
    warn(`${unprobed}; so it is not known whether it is served`);
    return undefined;
  }
  const at = formatProbe(probe);
  try {
    const { fingerprint } = parseCertificate(stored.value);
    const deadline = performance.now() + probe.timeout * 1000;
    for (;;) {
      const seen = await observeServed(probe, PROBE_LIMIT);
      if (seen.kind === "served" && seen.certificate.fingerprint === fingerprint) return undefined;
      if (stop.hurried.aborted) {
        return `the new certificate of ${certificate} was not served when ${stop.why}`;
      }
      if (performance.now() + PAUSE >= deadline) {
        const why = seen.kind === "unreachable" ? seen.problem : `${at} still serves serial ` +
          `${seen.certificate.serial}, until ${formatTime(seen.certificate.notAfter)}`;
        return `the new certificate of ${certificate} was not served within ${probe.timeout} s: ${why}`;
      }
      await pause(PAUSE, stop.hurried);
    }
  } catch (error) {
    return `cannot probe ${at}: ${plainCause(error)}`;
  }
}
