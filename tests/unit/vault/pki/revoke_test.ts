import assert from "node:assert/strict";
import { revokeCertificate } from "../../../../lib/vault/pki/pki.ts";
import { sessionGiving } from "../pki_answers.ts";
import { failureOf } from "../access_fixtures.ts";

const SERIAL = "7a:7e:14:10";

Deno.test("revokeCertificate() sends the serial number to the mount", async () => {
  const session = sessionGiving({ revocation_time: 1_795_512_099, state: "revoked" });
  await revokeCertificate(session, "team/pki", SERIAL);
  assert.deepEqual(session.written, [["team/pki/revoke", { serial_number: SERIAL }]]);
});

Deno.test("revokeCertificate() succeeds for a certificate that was revoked before", async () => {
  await revokeCertificate(sessionGiving({ revocation_time: 1_795_512_099 }), "pki", SERIAL);
});

Deno.test("revokeCertificate() says what the server left alone, with its words", async () => {
  const warning = "certificate with serial 7a:7e:14:10 already expired; refusing to add to CRL";
  const cases: readonly (readonly [string[], string])[] = [
    [[warning], warning],
    [["a", "b"], "a; b"],
    [[], "no reason given"],
  ];
  for (const [warnings, said] of cases) {
    const session = sessionGiving({}, warnings);
    const { message } = await failureOf(() => revokeCertificate(session, "pki", SERIAL));
    assert.equal(message, `"https://vault.test" did not revoke ${SERIAL}: ${said}`);
  }
});
