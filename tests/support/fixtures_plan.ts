/** Plans for tests of reports, put together by hand. */
import type { CertificateState, Plan, Step } from "../../lib/plan/types.ts";
import { makeCertificate, makeRequest, NOW } from "./fixtures.ts";

export function makePlan(
  certificates: readonly CertificateState[],
  steps: readonly Step[] = [],
): Plan {
  return { at: NOW, certStore: "/var/lib/vcm/certs", certificates, steps };
}

/** A certificate that is in order until 2027-01-30. */
export function makeState(name: string, parts: Partial<CertificateState> = {}): CertificateState {
  return {
    name,
    certificate: makeCertificate({ commonName: name, dnsNames: [name] }),
    renewAt: new Date("2027-01-16T00:00:00Z"),
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
  };
}
