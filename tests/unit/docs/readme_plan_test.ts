import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { Certificate } from "../../../lib/certificate/certificate.ts";
import { plan } from "../../../lib/plan/plan.ts";
import type { Observation, StoredSet, TargetObservation } from "../../../lib/plan/types.ts";
import { paint } from "../../../lib/report/paint.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { blocks, readDocument } from "./documents.ts";

const NOW = new Date("2026-11-24T10:00:00Z");

Deno.test("README.md's plan is what vcm plan prints for README.md's file", async () => {
  const readme = readDocument("README.md");
  const [yaml] = blocks(readme, "yaml");
  const [shown] = blocks(readme, "console");
  const config = await parseConfig(yaml ?? "", "vcm.yaml");
  const made = plan(config, config.certificates, OBSERVATION, NOW);
  assert.equal(`$ vcm plan\n${planText(made, paint(false), false)}`, shown);
});

function stored(certificate: Partial<Certificate>): StoredSet {
  return {
    leaf: {
      kind: "present",
      value: {
        kind: "certificate",
        certificate: {
          dnsNames: [],
          ipAddresses: [],
          uris: [],
          emails: [],
          notBefore: new Date("2026-08-05T14:30:00Z"),
          notAfter: new Date("2026-12-03T14:30:00Z"),
          issuer: "Internal CA",
          serial: "01",
          fingerprint: "01",
          ...certificate,
        },
      },
    },
    key: { kind: "present", value: "match" },
    chain: { kind: "absent" },
    fullchain: { kind: "absent" },
    ca: { kind: "absent" },
  };
}

function target(path: string, mode: number): TargetObservation {
  const account = { kind: "given", name: "www-data", id: 33 } as const;
  return {
    path,
    file: {
      kind: "present",
      value: {
        type: "file",
        uid: 33,
        gid: 33,
        owner: "www-data",
        group: "www-data",
        mode,
        sameContent: true,
        changedAt: 0,
      },
    },
    way: [],
    parent: "present",
    owner: account,
    group: account,
    leftover: false,
    replaced: false,
  };
}

const OBSERVATION: Observation = {
  orphans: [],
  runner: 0,
  ownGroups: new Map(),
  storeWay: [],
  certificates: [
    {
      name: "web.internal.myorg.local",
      stored: stored({
        commonName: "web.internal.myorg.local",
        dnsNames: ["web.internal.myorg.local", "api.internal.myorg.local"],
        ipAddresses: ["10.1.1.20"],
      }),
      interrupted: false,
      unjudged: [],
      targets: [target("/etc/nginx/ssl/web.crt", 0o644), target("/etc/nginx/ssl/web.key", 0o644)],
    },
    {
      name: "db.internal.myorg.local",
      stored: stored({
        commonName: "db.internal.myorg.local",
        dnsNames: ["db.internal.myorg.local"],
        notAfter: new Date("2027-03-03T14:30:00Z"),
      }),
      interrupted: false,
      unjudged: [],
      targets: [],
    },
  ],
  markers: { kind: "absent" },
  served: [],
  zone: "UTC",
};
