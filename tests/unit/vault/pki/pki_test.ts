import assert from "node:assert/strict";
import type { CertificateRequest } from "../../../../lib/plan/types.ts";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import { answerData, CA, REQUEST, sessionGiving, sign } from "../pki_answers.ts";
import { failureOf } from "../access_fixtures.ts";

const BEFORE = 'Cannot use the certificate that "https://vault.test" issued for "pki/issue/web": ';

async function complaint(
  data: Readonly<Record<string, unknown>>,
  request: CertificateRequest = REQUEST,
): Promise<string> {
  const { message } = await failureOf(() => issueCertificate(sessionGiving(data), request));
  assert.ok(message.startsWith(BEFORE), message);
  return message.slice(BEFORE.length);
}

Deno.test("issueCertificate() sends the names joined by commas, and the ttl in seconds or as written", async () => {
  const session = sessionGiving(await answerData());
  await issueCertificate(session, { ...REQUEST, ttl: 86_400, mount: "team/pki" });
  assert.deepEqual(session.written, [["team/pki/issue/web", {
    common_name: "web.example.test",
    alt_names: "api.example.test",
    ip_sans: "10.1.1.20",
    ttl: "86400s",
  }]]);
  await issueCertificate(session, { ...REQUEST, ttl: 86_400, ttlText: "1d" });
  assert.equal((session.written[1]?.[1] as { ttl: string }).ttl, "1d");
});

Deno.test("issueCertificate() sends nothing of what the file does not say", async () => {
  const names = { dnsSans: [], ipSans: [] };
  const session = sessionGiving(await answerData("intermediate", names));
  await issueCertificate(session, { ...REQUEST, ...names });
  const body = { common_name: "web.example.test" };
  assert.deepEqual(session.written, [["pki/issue/web", body]]);
});

Deno.test("the root is left out of chain and fullchain", async () => {
  const issued = await issueCertificate(sessionGiving(await answerData()), REQUEST);
  const intermediate = `${CA.intermediate.certificate}\n`;
  assert.equal(issued.text("chain"), intermediate);
  assert.equal(issued.text("fullchain"), issued.text("cert") + intermediate);
});

Deno.test("below a root the chain is empty, with ca_chain and without", async () => {
  const { ca_chain, ...old } = await answerData("root");
  for (const data of [old, { ...old, ca_chain }, { ...old, ca_chain: null }]) {
    const issued = await issueCertificate(sessionGiving(data), REQUEST);
    assert.equal(issued.text("chain"), "");
    assert.equal(issued.text("fullchain"), issued.text("cert"));
  }
});

Deno.test("without ca_chain the issuing CA is the chain", async () => {
  const { ca_chain: _, ...data } = await answerData();
  const issued = await issueCertificate(sessionGiving(data), REQUEST);
  assert.equal(issued.text("chain"), `${CA.intermediate.certificate}\n`);
});

Deno.test("every PEM text ends with one newline, however the server ended it", async () => {
  const data = await answerData();
  for (const end of ["", "\n", "\r\n\r\n"]) {
    const ended = {
      certificate: `${data["certificate"]}${end}`,
      private_key: `${String(data["private_key"]).replaceAll("\n", "\r\n")}${end}`,
      ca_chain: [CA.root.certificate + end, CA.intermediate.certificate + end],
    };
    const issued = await issueCertificate(sessionGiving({ ...data, ...ended }), REQUEST);
    for (const what of ["cert", "chain", "fullchain", "privkey"] as const) {
      assert.match(issued.text(what), /[^\n]\n$/, what);
      assert.equal(issued.text(what).includes("\r"), false, what);
    }
    assert.equal(issued.text("fullchain").match(/-----BEGIN/g)?.length, 2);
  }
});

Deno.test("only the leaf is read of a certificate that comes with its chain", async () => {
  const data = await answerData();
  const bundle = `${data["certificate"]}\n${CA.intermediate.certificate}`;
  const issued = await issueCertificate(sessionGiving({ ...data, certificate: bundle }), REQUEST);
  assert.equal(issued.text("cert"), `${data["certificate"]}\n`);
});

Deno.test("the server's warnings are passed on", async () => {
  const session = sessionGiving(await answerData(), ["a", "b"]);
  assert.deepEqual((await issueCertificate(session, REQUEST)).warnings, ["a", "b"]);
});

Deno.test("a key that does not belong to the certificate is refused", async () => {
  const other = await sign("intermediate");
  const data = { ...await answerData(), private_key: other.privateKey };
  assert.equal(await complaint(data), "its private key does not belong to it");
});

Deno.test("a key that cannot be decoded is refused, and not shown", async () => {
  const key = String((await answerData())["private_key"]);
  const damaged = [key.slice(0, 100), key.replace("M", "!"), "text"];
  for (const private_key of damaged) {
    const data = { ...await answerData(), private_key };
    assert.equal(await complaint(data), "its private key cannot be decoded");
    const error = await failureOf(() => issueCertificate(sessionGiving(data), REQUEST));
    assert.equal(Deno.inspect(error).includes(private_key.slice(40, 80) || "text"), false);
  }
});

Deno.test("a certificate that lacks a name is refused, with the role that may be why", async () => {
  const data = await answerData("intermediate", { dnsSans: [], ipSans: [] });
  assert.equal(
    await complaint(data),
    'it lacks api.example.test, 10.1.1.20; check that the role "web" allows them',
  );
});

Deno.test("a certificate with names that nobody asked for is refused", async () => {
  const dnsSans = ["api.example.test", "evil.example.test"];
  assert.equal(
    await complaint(await answerData("intermediate", { dnsSans })),
    "it has names that were not requested: evil.example.test",
  );
});

Deno.test("a certificate for another common name is refused", async () => {
  const data = await answerData("intermediate", { commonName: "other.example.test" });
  assert.match(await complaint(data), /^it lacks web\.example\.test; /);
});

Deno.test("case, order and repetition of names make no difference", async () => {
  const dnsSans = ["API.example.test", "api.Example.test."];
  const data = await answerData();
  await issueCertificate(sessionGiving(data), { ...REQUEST, dnsSans });
});

Deno.test("a chain that does not belong to the certificate is refused", async () => {
  const data = { ...await answerData(), ca_chain: [CA.root.certificate], issuing_ca: "" };
  assert.equal(
    await complaint(data),
    "the server sent CA certificates, but none of them issued it",
  );
});

Deno.test("answers of wrong types are refused in words", async () => {
  const data = await answerData();
  const cases: [Record<string, unknown>, string][] = [
    [{}, 'the answer has no "certificate"'],
    [{ ...data, certificate: 5 }, 'the answer has no "certificate"'],
    [{ ...data, certificate: ["a"] }, 'the answer has no "certificate"'],
    [{ ...data, certificate: "text" }, "the answer contains no PEM certificate"],
    [{ ...data, private_key: null }, 'the answer has no "private_key"'],
    [{ ...data, private_key: { a: 1 } }, 'the answer has no "private_key"'],
    [
      { ...data, certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
      "contains a PEM certificate that cannot be decoded",
    ],
  ];
  for (const [answer, text] of cases) assert.equal(await complaint(answer), text);
  // Whatever is no list of texts is no chain; the issuing CA is there all the same.
  const odd = { ...data, ca_chain: { a: 1 } };
  assert.notEqual((await issueCertificate(sessionGiving(odd), REQUEST)).text("chain"), "");
});

Deno.test("an issued certificate prints without its key", async () => {
  const issued = await issueCertificate(sessionGiving(await answerData()), REQUEST);
  const key = issued.text("privkey").slice(40, 80);
  for (
    const text of [
      Deno.inspect(issued, { depth: 9 }),
      JSON.stringify(issued),
      `${issued.privateKey}`,
    ]
  ) {
    assert.equal(text.includes(key), false);
  }
});
