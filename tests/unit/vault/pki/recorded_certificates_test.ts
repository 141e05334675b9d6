/** Certificates that real servers issued, and what VCM reads from them. */
import assert from "node:assert/strict";
import { openCertificate, parseCertificate } from "../../../../lib/certificate/certificate.ts";
import { buildChain } from "../../../../lib/certificate/chain.ts";
import { withNewline } from "../../../../lib/certificate/pem.ts";
import { ChainChecker } from "../../../../lib/certificate/stored_chain.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { recordedCall, type Server } from "../recorded.ts";
import { startScripted } from "../scripted_server.ts";
import { byToken } from "../access_fixtures.ts";

const WORKING = ["openbao-2.6.2", "vault-1.14.1"] as const;

const MAX_TTL =
  'TTL "9000h0m0s" is longer than permitted maxTTL "72h0m0s", so maxTTL is being used';
const CSR_TTL = MAX_TTL.replace("9000h", "768h");
const CSR_NAME =
  'the common_name field was provided but the role is set with "use_csr_common_name" set to true';

interface Issued {
  readonly dnsNames: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly hours: number;
  readonly warnings?: readonly string[];
}

/** What stands in the certificates; the common name is among the DNS names. */
const ISSUED: Readonly<Record<string, Issued>> = {
  "23-issue-web": {
    dnsNames: ["a.example.test", "b.example.test", "www.example.test"],
    ipAddresses: ["127.0.0.1"],
    hours: 24,
  },
  "25-sign-web": {
    dnsNames: ["csr.example.test", "csr2.example.test"],
    hours: 24,
    warnings: [CSR_NAME],
  },
  "25b-sign-any": {
    dnsNames: ["csr.example.test", "csr2.example.test"],
    hours: 72,
    warnings: [CSR_NAME, CSR_TTL],
  },
  "30-issue-ttl-beyond-max": { dnsNames: ["www.example.test"], hours: 72, warnings: [MAX_TTL] },
};

async function answerOf(server: Server, name: string) {
  const { status, body, path } = recordedCall(server, name);
  await using scripted = startScripted(() => ({ status, body }));
  const session = await openSession(byToken(scripted.address));
  try {
    return await session.write(path, {});
  } finally {
    await session.close();
  }
}

for (const server of WORKING) {
  for (const [name, issued] of Object.entries(ISSUED)) {
    Deno.test(`the certificate of ${name} at ${server} is read as the server made it`, async () => {
      const answer = await answerOf(server, name);
      const { data } = answer;
      const leaf = String(data["certificate"]);
      const certificate = parseCertificate(leaf);
      assert.deepEqual(certificate.dnsNames.toSorted(), issued.dnsNames);
      assert.deepEqual(certificate.ipAddresses, issued.ipAddresses ?? []);
      assert.ok(issued.dnsNames.includes(certificate.commonName ?? ""));
      assert.equal(certificate.serial, data["serial_number"]);
      assert.equal(certificate.notAfter.getTime() / 1000, data["expiration"]);
      const seconds = (certificate.notAfter.getTime() - certificate.notBefore.getTime()) / 1000;
      // The server dates back by 30 s.
      assert.equal(seconds, issued.hours * 3600 + 30);
      assert.equal(certificate.issuer, "Lab Root");
      assert.deepEqual(answer.warnings, issued.warnings ?? []);
      const authorities = [...data["ca_chain"] as string[], String(data["issuing_ca"])];
      const { intermediates: chain, anchors } = await buildChain(leaf, authorities, new Date());
      assert.deepEqual(chain, []);
      assert.deepEqual(anchors, [withNewline(authorities[0] ?? "")]);
      const checked = new ChainChecker(new Date(0)).check(
        openCertificate(leaf),
        "",
        () => anchors.join(""),
      );
      assert.deepEqual(checked, { end: undefined }, "it would be issued anew on every run");
    });
  }
}
