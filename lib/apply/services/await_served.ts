/** Waits until a service serves what it was made to load: nobody else would notice that it does not. */
import { parseCertificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { storedFile } from "../../store/store_paths.ts";
import type { ProbeSpec } from "../../config/types.ts";
import { readText } from "../../host/read.ts";
import { formatTime } from "../../text/format_time.ts";

/** Milliseconds between two looks. */
const PAUSE = 200;

/** Milliseconds for one look; a service that starts may take connections before it answers. */
const LOOK_LIMIT = 2_000;

/**
 * Looks until the stored certificate is served. Needs net permission.
 *
 * @returns Why it is not, after the probe's time; `undefined` where it is.
 */
export async function awaitServed(
  certStore: string,
  certificate: string,
  probe: ProbeSpec,
): Promise<string | undefined> {
  const { formatProbe, observeServed } = await import("../../observe/probe.ts");
  const stored = readText(storedFile(certStore, certificate, "cert"));
  if (stored.kind !== "present") return undefined;
  const at = formatProbe(probe);
  try {
    const { fingerprint } = parseCertificate(stored.value);
    const deadline = performance.now() + probe.timeout * 1000;
    for (;;) {
      const look = await observeServed(probe, LOOK_LIMIT);
      if (look.kind === "served" && look.certificate.fingerprint === fingerprint) return undefined;
      if (performance.now() + PAUSE >= deadline) {
        const why = look.kind === "unreachable" ? look.problem : `${at} still serves serial ` +
          `${look.certificate.serial}, until ${formatTime(look.certificate.notAfter)}`;
        return `the new certificate of ${certificate} was not served within ${probe.timeout} s: ${why}`;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } catch (error) {
    return `cannot probe ${at}: ${plainCause(error)}`;
  }
}
