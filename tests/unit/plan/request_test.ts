import assert from "node:assert/strict";
import { requestFor, requestPath } from "../../../lib/plan/request.ts";
import { makeRequest, makeService, makeSpec, makeTarget, plain } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("requestFor() sends all that is desired of names, lifetime and key", () => {
  const desired = {
    dnsSans: ["a.example.com"],
    ipSans: ["10.0.0.1"],
    uriSans: ["spiffe://example.com/web"],
    emailSans: ["ops@example.com"],
    otherSans: ["1.2.3;UTF8:a"],
    excludeCnFromSans: true,
    removeRootsFromChain: true,
    issuerRef: "new",
    ttl: 3600,
    key: { origin: "local", type: "ec-384", reuse: true },
  } as const;
  assert.deepEqual(
    plain(requestFor(makeSpec({ ...desired, commonName: "Web", role: "r", pki: "team/p" }))),
    {
      mount: "team/p",
      role: "r",
      commonName: "Web",
      ...desired,
    },
  );
});

pureTest(
  "requestFor() leaves out what is not configured, and what stays on this host",
  () => {
    const spec = makeSpec({ targets: [makeTarget()], services: [makeService()] });
    const request = plain(requestFor(spec));
    assert.deepEqual(request, makeRequest({ mount: "pki_internal" }));
    assert.equal("ttl" in request || "issuerRef" in request, false);
  },
);

pureTest(
  'requestPath() is the path of "issue" for a server\'s key, and of "sign" for a local one',
  () => {
    const local = { key: { origin: "local", reuse: false } } as const;
    const cases: readonly (readonly [Parameters<typeof makeRequest>[0], string])[] = [
      [{}, "pki/issue/web"],
      [local, "pki/sign/web"],
      [{ issuerRef: "new" }, "pki/issuer/new/issue/web"],
      [{ ...local, issuerRef: "new" }, "pki/issuer/new/sign/web"],
      [{ ...local, mount: "team/pki", role: "my-role" }, "team/pki/sign/my-role"],
      [{ key: { origin: "vault", type: "ec-256", reuse: false } }, "pki/issue/web"],
    ];
    for (const [parts, path] of cases) assert.equal(requestPath(makeRequest(parts)), path);
  },
);

pureTest("requestFor() sends a lifetime as written only if servers read it", () => {
  const cases: Record<string, boolean> = {
    "720h": true,
    "30d": true,
    "1.5h": true,
    "1h30m": true,
    "3600": true,
    "2w": false,
    "1d12h": false,
    "1.5d": false,
  };
  for (const [ttlText, isSent] of Object.entries(cases)) {
    assert.equal(requestFor(makeSpec({ ttl: 1, ttlText })).ttlText === ttlText, isSent, ttlText);
  }
});
