/** A plan and events in which each key that they can have stands at least once. */
import type { ApplyEvent } from "../../lib/apply/events.ts";
import type { InventoryFacts } from "../../lib/certificate/inventory.ts";
import type { Certificate } from "../../lib/certificate/certificate.ts";
import type { CertificateState, Plan, ServiceState } from "../../lib/plan/types.ts";
import { NOW } from "./fixtures.ts";
import { drift, due, pending, STEPS, type Whole } from "./fixtures_steps.ts";

const waits = { until: NOW, late: true, detail: "its window opens" };

const CERTIFICATE: Whole<Certificate> = {
  commonName: "web",
  dnsNames: ["web"],
  ipAddresses: ["10.0.0.1"],
  uris: ["spiffe://web"],
  emails: ["web@example.com"],
  otherNames: ["1.2.3;UTF8:web"],
  notBefore: NOW,
  notAfter: NOW,
  issuer: "Example CA",
  serial: "0a:1b",
  fingerprint: "AA:BB",
};

const STATE: Whole<CertificateState> = {
  name: "web",
  trust: { kind: "crl", end: NOW },
  certificate: CERTIFICATE,
  renewAt: NOW,
  due,
  waits,
  refused: { at: NOW, count: 2, reason: "its key is rsa-2048", next: NOW },
  reissue: { issuedBefore: NOW, from: NOW, isUrgent: true },
  warnings: [{ kind: "clock", message: "hm" }],
  targets: [{ what: "bundle", path: "/b", drift }],
  blocked: [{ kind: "impossible", message: "no owner" }],
};

const SERVICE: Whole<ServiceState> = {
  service: "nginx.service",
  certificates: ["web"],
  pending,
  waits,
  servedUntil: NOW,
  problem: "refused",
  unit: { kind: "failed", message: "it has failed" },
};

const failure = { step: "deploy", subject: "web", message: "disk full" } as const;

/** Of all certificates. */
export const INVENTORY: Whole<InventoryFacts> = {
  keyType: "ec-256",
  signatureAlgorithm: "ecdsa-with-SHA256",
  issuerKey: "0a:1b",
};

const EVENTS: { readonly [K in ApplyEvent["kind"]]: ApplyEvent & { readonly kind: K } } = {
  recovered: { kind: "recovered", certificate: "web", detail: "left-overs" },
  issued: {
    kind: "issued",
    certificate: "web",
    address: "https://v",
    serial: "0a",
    notAfter: NOW,
    renewAt: NOW,
    chainInvalid: "the root ended",
    issuer: "Example CA",
    inventory: INVENTORY,
  },
  fetched: {
    kind: "fetched",
    certificate: "web",
    address: "https://v",
    changed: true,
    end: NOW,
    renewAt: NOW,
  },
  deployed: { kind: "deployed", certificate: "web", what: "cert", path: "/a", drift },
  "rolled-back": {
    kind: "rolled-back",
    certificate: "web",
    service: "nginx.service",
    paths: ["/a"],
  },
  acted: { kind: "acted", service: "nginx.service", action: "reload" },
  cleared: { kind: "cleared", service: "nginx.service", detail: "it is gone" },
  warning: { kind: "warning", subject: "web", message: "hm" },
  failed: { kind: "failed", ...failure },
  skipped: { kind: "skipped", ...failure },
};

/** All that a plan can hold. */
export const FULL_PLAN: Plan = {
  at: NOW,
  certStore: "/var/lib/vcm/certs",
  certificates: [STATE],
  services: [SERVICE],
  steps: Object.values(STEPS).flat(),
};

/** One event of each kind. */
export const ALL_EVENTS: readonly ApplyEvent[] = Object.values(EVENTS);
