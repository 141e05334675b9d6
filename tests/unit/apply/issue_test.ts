import "reflect-metadata";
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { issue, lifetimeWarning } from "../../../lib/apply/issue.ts";
import type { IssueStep } from "../../../lib/plan/types.ts";
import { issueCertificate } from "../../../lib/vault/pki/pki.ts";
import type { VaultSession } from "../../../lib/vault/session/session.ts";
import { makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";
import { makeFolder } from "../../support/rig.ts";
import { answerData, REQUEST, sessionGiving } from "../vault/pki_answers.ts";
import { issueStep } from "./plans.ts";

const STORED = await makeCertificatePem("web.example.test");
const NAME = "web.example.test";

function step(key: IssueStep["request"]["key"], ttl?: number): IssueStep {
  const { ttl: _, ...plain } = issueStep(NAME).request;
  return {
    ...issueStep(NAME),
    request: { ...plain, key, ...(ttl === undefined ? {} : { ttl }) },
  };
}

/** The key that the server is asked to sign for, SPKI; the certificate itself never comes. */
async function keyAskedFor(store: string, reuse: boolean): Promise<string> {
  let spki = "";
  const session: VaultSession = {
    ...sessionGiving({}),
    write: (_, body) => {
      const { publicKey } = new Pkcs10CertificateRequest(String(body["csr"]));
      spki = publicKey.toString("pem").trim();
      return Promise.reject(new Error("enough"));
    },
  };
  const asked = issue(step({ origin: "local", reuse }), store, session);
  await assert.rejects(asked, { message: "enough" });
  return spki;
}

function publicOf(pem: string): string {
  const spki = createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" });
  return spki.toString().trim();
}

Deno.test("issue() signs for the stored key where it is to be used again", async () => {
  for (const text of [STORED.pkcs8, oldForm(STORED, "sec1")]) {
    using folder = makeFolder();
    folder.write(`${NAME}/privkey.pem`, text);
    assert.equal(await keyAskedFor(folder.path, true), publicOf(STORED.pkcs8));
  }
});

Deno.test("issue() makes a new key where none is to be used again, or none is stored", async () => {
  using folder = makeFolder();
  assert.notEqual(await keyAskedFor(folder.path, true), publicOf(STORED.pkcs8));
  folder.write(`${NAME}/privkey.pem`, STORED.pkcs8);
  assert.notEqual(await keyAskedFor(folder.path, false), publicOf(STORED.pkcs8));
});

Deno.test("issue() uses no key that belongs to another certificate than the stored one", async () => {
  const other = await makeCertificatePem(NAME);
  const cases = [[STORED.pem, true], [other.pem, false], ["garbage", false], ["", false]] as const;
  for (const [cert, reused] of cases) {
    using folder = makeFolder();
    folder.write(`${NAME}/privkey.pem`, STORED.pkcs8);
    folder.write(`${NAME}/cert.pem`, cert);
    const asked = await keyAskedFor(folder.path, true);
    assert.equal(asked === publicOf(STORED.pkcs8), reused, cert);
  }
});

Deno.test("issue() asks for nothing where the stored key cannot be read", async () => {
  using folder = makeFolder();
  Deno.mkdirSync(folder.at(`${NAME}/privkey.pem`), { recursive: true });
  const session = sessionGiving({});
  await assert.rejects(
    issue(step({ origin: "local", reuse: true }), folder.path, session),
    (error: Error) => error.message !== "" && !error.message.includes("PRIVATE KEY"),
  );
  assert.deepEqual(session.written, []);
});

Deno.test("issue() leaves the stored key alone where the server refuses", async () => {
  using folder = makeFolder();
  folder.write(`${NAME}/privkey.pem`, STORED.pkcs8);
  await keyAskedFor(folder.path, true);
  await keyAskedFor(folder.path, false);
  assert.deepEqual(folder.tree(), [`${NAME}/`, `${NAME}/privkey.pem`]);
  assert.equal(folder.read(`${NAME}/privkey.pem`), STORED.pkcs8);
});

/** What is said of a certificate that ends so many seconds after `now`, of `ttl` asked for. */
async function warningFor(ttl: number | undefined, seconds: number): Promise<string | undefined> {
  const issued = await issueCertificate(sessionGiving(await answerData()), REQUEST);
  const now = new Date(issued.certificate.notAfter.getTime() - seconds * 1000);
  return lifetimeWarning(step({ origin: "vault", reuse: false }, ttl), issued, now);
}

const HOUR = 3600;
const DAY = 24 * HOUR;

Deno.test("lifetimeWarning() says what was asked for and what came", async () => {
  assert.equal(
    await warningFor(90 * DAY, 30 * DAY),
    'asked for a lifetime of 90d and got 30d; lower "ttl", or raise max_ttl of the role ' +
      `"${issueStep(NAME).request.role}" or of the mount`,
  );
  assert.match(await warningFor(90 * DAY, 30 * DAY - 29) ?? "", / and got 30d; /);
  assert.match(await warningFor(DAY, HOUR + 90) ?? "", / of 1d and got 1h 2m; /);
});

Deno.test("lifetimeWarning() is silent where nothing was asked for, or all of it came", async () => {
  assert.equal(await warningFor(undefined, 1), undefined);
  assert.equal(await warningFor(DAY, DAY), undefined);
  assert.equal(await warningFor(DAY, 2 * DAY), undefined);
});

Deno.test("lifetimeWarning() allows for a minute, and for a hundredth of a long lifetime", async () => {
  assert.equal(await warningFor(HOUR, HOUR - 59), undefined);
  assert.notEqual(await warningFor(HOUR, HOUR - 60), undefined);
  assert.equal(await warningFor(100 * DAY, 99 * DAY + 1), undefined);
  assert.notEqual(await warningFor(100 * DAY, 99 * DAY), undefined);
});
