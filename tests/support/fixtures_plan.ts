/** Plans and their parts, put together by hand. */
import type { DesiredService } from "../../lib/plan/desired_service.ts";
import type {
  CertificateState,
  Plan,
  ServiceState,
  ServiceStep,
  Step,
} from "../../lib/plan/types.ts";
import { makeCertificate, makeRequest, NOW } from "./fixtures.ts";

export function makePlan(
  certificates: readonly CertificateState[],
  steps: readonly Step[] = [],
  services: readonly ServiceState[] = [],
): Plan {
  return { at: NOW, certStore: "/var/lib/vcm/certs", certificates, services, steps };
}

/** A certificate that is in order until 2027-01-30. */
export function makeState(name: string, parts: Partial<CertificateState> = {}): CertificateState {
  return {
    name,
    certificate: makeCertificate({ commonName: name, dnsNames: [name] }),
    renewAt: new Date("2027-01-16T00:00:00Z"),
    warnings: [],
    targets: [],
    blocked: [],
    ...parts,
  };
}

export function makeIssue(certificate: string, detail: string): Step {
  return {
    kind: "issue",
    certificate,
    due: { reason: "missing", detail },
    request: makeRequest({ mount: "pki_internal", commonName: certificate }),
    renew: { kind: "duration", seconds: 86_400 },
    spread: 0,
    services: [],
  };
}

/** A unit that pending reload. */
export function makeServiceStep(parts: Partial<ServiceStep> = {}): ServiceStep {
  const { service = "nginx.service" } = parts;
  return {
    kind: "service",
    service,
    action: { manager: "systemd", name: service, control: "reload" },
    pending: {
      reason: "pending",
      detail: "it has not loaded the files deployed 2026-12-01 08:00 UTC",
    },
    certificates: [],
    about: { certificates: [], files: [] },
    validate: [],
    probes: [],
    timeout: 120,
    ...parts,
  };
}

/** A unit as the one certificate "a" wants it. */
export function makeDesired(parts: Partial<DesiredService> = {}): DesiredService {
  const { id = "nginx.service", control = "try-reload-or-restart" } = parts;
  return {
    id,
    control,
    action: { manager: "systemd", name: id, control },
    order: 0,
    certificates: ["a"],
    validate: [],
    probes: [],
    timeout: 120,
    windows: [],
    ...parts,
  };
}
