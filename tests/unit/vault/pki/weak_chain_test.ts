/** Answers whose signatures are right, and which clients refuse all the same. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { KeyUsageFlags } from "@peculiar/x509";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import { type Made, makeAuthority, makeCertificatePem } from "../../../support/fixtures_pki.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { failureOf } from "../access_fixtures.ts";
import { sessionGiving } from "../pki_answers.ts";

const NAME = "web.example.com";
const ROOT = await makeAuthority("Root");
const UPPER = await makeAuthority("Upper", { issuer: ROOT });
const LOWER = await makeAuthority("Lower", { issuer: UPPER });

const named = () => ({ names: [{ type: "dns" as const, value: NAME }] });

const leafOf = (issuer: Made) => makeCertificatePem(NAME, { issuer, ...named() });

async function answer(leaf: Made, above: readonly Made[]) {
  const data = {
    certificate: leaf.pem,
    private_key: leaf.pkcs8,
    ca_chain: above.map(({ pem }) => pem),
  };
  return await issueCertificate(sessionGiving(data), makeRequest());
}

async function complaint(leaf: Made, above: readonly Made[]): Promise<string> {
  const error = await failureOf(() => answer(leaf, above));
  assert.equal(error.name, "WastedAnswerError");
  return error.message.replace(/^.*? for "pki\/issue\/web": /, "").replace(/; fix: .*$/, "");
}

Deno.test("a CA that is none, or may not sign, or has too many CAs below it, is refused", async () => {
  const lacks = 'the CA "Upper" is not a CA: its certificate lacks CA:TRUE';
  const none = await makeAuthority("Upper", { issuer: ROOT, authority: false });
  const below = await makeAuthority("Lower", { issuer: none });
  assert.equal(await complaint(await leafOf(none), [none, ROOT]), lacks);
  assert.equal(await complaint(await leafOf(below), [below, none, ROOT]), lacks);
  assert.equal(await complaint(await leafOf(none), [none]), lacks, "the server sent no root");

  const rootless = await makeAuthority("Self", { authority: false });
  assert.match(await complaint(await leafOf(rootless), [rootless]), /^the CA "Self" is not a CA/);

  const usages = KeyUsageFlags.digitalSignature | KeyUsageFlags.cRLSign;
  const mute = await makeAuthority("Mute", { issuer: ROOT, usages });
  assert.equal(
    await complaint(await leafOf(mute), [mute, ROOT]),
    "the server sent CA certificates, but none of them issued it",
  );

  const narrow = await makeAuthority("Narrow", { issuer: ROOT, pathLength: 0 });
  const deep = await makeAuthority("Deep", { issuer: narrow });
  assert.equal(
    await complaint(await leafOf(deep), [deep, narrow, ROOT]),
    'the CA "Narrow" allows 0 CAs below it, and there are 1',
  );
});

Deno.test("an RSA key below 2048 bits is refused, wherever it is", async () => {
  const algorithm = "RSA 1024";
  const weak = (who: string) => `${who} has an RSA key of 1024 bits, and clients require 2048`;
  const leaf = await makeCertificatePem(NAME, { algorithm, issuer: LOWER, ...named() });
  assert.equal(await complaint(leaf, [LOWER, UPPER, ROOT]), weak("it"));
  const lower = await makeAuthority("Lower", { algorithm, issuer: UPPER });
  assert.equal(await complaint(await leafOf(lower), [lower, UPPER, ROOT]), weak('the CA "Lower"'));
  const root = await makeAuthority("Old Root", { algorithm });
  assert.equal(await complaint(await leafOf(root), [root]), weak('the CA "Old Root"'));
});

Deno.test("a cycle of CAs without a root is refused, with a root it is none", async () => {
  const [one, two] = [await makeAuthority("One"), await makeAuthority("Two")];
  const oneByTwo = await makeAuthority("One", { issuer: two, keysOf: one });
  const twoByOne = await makeAuthority("Two", { issuer: one, keysOf: two });
  const lower = await makeAuthority("Lower", { issuer: two });
  for (const [leaf, above] of [[await leafOf(lower), [lower]], [await leafOf(one), []]] as const) {
    for (const cycle of [[oneByTwo, twoByOne], [twoByOne, oneByTwo]]) {
      assert.match(
        await complaint(leaf, [...above, ...cycle]),
        /^its chain is a cycle that leads to no root, by way of "(?:One|Two)"$/,
      );
      for (const root of [one, two]) await answer(leaf, [...above, ...cycle, root]);
    }
  }
});

Deno.test("what clients accept is accepted: usual chains, and lengths that are kept to", async () => {
  const usages = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  const usual = await makeAuthority("Usual", { issuer: ROOT, usages, pathLength: 0 });
  await answer(await leafOf(usual), [usual, ROOT]);
  const root = await makeAuthority("Long Root", { usages, pathLength: 2 });
  const upper = await makeAuthority("Upper", { issuer: root, pathLength: 1 });
  const lower = await makeAuthority("Lower", { issuer: upper, pathLength: 0 });
  await answer(await leafOf(lower), [lower, upper, root]);
  // A CA of the same name does not count for the length (RFC 5280, 4.2.1.9).
  const again = await makeAuthority("Long Root", { issuer: root, pathLength: 1 });
  const below = await makeAuthority("Below", { issuer: again });
  await answer(await leafOf(below), [below, again, root]);
  const rsa = await makeAuthority("RSA", { algorithm: "RSA" });
  const leaf = await makeCertificatePem(NAME, { algorithm: "RSA", issuer: rsa, ...named() });
  await answer(leaf, [rsa]);
});
