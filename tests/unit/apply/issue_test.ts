import "reflect-metadata";
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { issue, lifetimeWarning } from "../../../lib/apply/issue.ts";
import { StoreReader } from "../../../lib/store/read_set.ts";
import { checkDue } from "../../../lib/plan/due.ts";
import type { IssueStep } from "../../../lib/plan/types.ts";
import { issueCertificate } from "../../../lib/vault/pki/pki.ts";
import type { VaultSession } from "../../../lib/vault/session/session.ts";
import { makeSpec, makeTarget } from "../../support/fixtures.ts";
import { makeAuthority, makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";
import { makeDirectory } from "../../support/rig.ts";
import { answerData, CA, REQUEST, sessionGiving } from "../vault/pki_answers.ts";
import { issueStep } from "./plans.ts";

const noPendingActions = { beforeStored: () => Promise.resolve(), warn: () => {} };

const STORED = await makeCertificatePem("web.example.test");
const NAME = "web.example.test";

function step(key: IssueStep["request"]["key"], ttl?: number): IssueStep {
  const { ttl: _, ...plain } = issueStep(NAME).request;
  return {
    ...issueStep(NAME),
    renew: { kind: "share", percent: 33 },
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
  const asked = issue(step({ origin: "local", reuse }), store, session, noPendingActions);
  await assert.rejects(asked, { message: "enough" });
  return spki;
}

function publicOf(pem: string): string {
  const spki = createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" });
  return spki.toString().trim();
}

Deno.test("issue() signs for the stored key if it is to be used again", async () => {
  for (const text of [STORED.pkcs8, oldForm(STORED, "sec1")]) {
    using directory = makeDirectory();
    directory.write(`${NAME}/privkey.pem`, text);
    assert.equal(await keyAskedFor(directory.path, true), publicOf(STORED.pkcs8));
  }
});

Deno.test("issue() makes a new key if none is to be used again, or none is stored", async () => {
  using directory = makeDirectory();
  assert.notEqual(await keyAskedFor(directory.path, true), publicOf(STORED.pkcs8));
  directory.write(`${NAME}/privkey.pem`, STORED.pkcs8);
  assert.notEqual(await keyAskedFor(directory.path, false), publicOf(STORED.pkcs8));
});

Deno.test("issue() uses no key that belongs to another certificate than the stored one", async () => {
  const other = await makeCertificatePem(NAME);
  const cases = [[STORED.pem, true], [other.pem, false], ["garbage", false], ["", false]] as const;
  for (const [cert, reused] of cases) {
    using directory = makeDirectory();
    directory.write(`${NAME}/privkey.pem`, STORED.pkcs8);
    directory.write(`${NAME}/cert.pem`, cert);
    const asked = await keyAskedFor(directory.path, true);
    assert.equal(asked === publicOf(STORED.pkcs8), reused, cert);
  }
});

Deno.test("issue() asks for nothing if the stored key cannot be read", async () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at(`${NAME}/privkey.pem`), { recursive: true });
  const session = sessionGiving({});
  await assert.rejects(
    issue(step({ origin: "local", reuse: true }), directory.path, session, noPendingActions),
    (error: Error) => error.message !== "" && !error.message.includes("PRIVATE KEY"),
  );
  assert.deepEqual(session.written, []);
});

Deno.test("issue() leaves the stored key alone if the server refuses", async () => {
  using directory = makeDirectory();
  directory.write(`${NAME}/privkey.pem`, STORED.pkcs8);
  await keyAskedFor(directory.path, true);
  await keyAskedFor(directory.path, false);
  assert.deepEqual(directory.tree(), [`${NAME}/`, `${NAME}/privkey.pem`]);
  assert.equal(directory.read(`${NAME}/privkey.pem`), STORED.pkcs8);
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
    'asked for a lifetime of 90d and got 30d; fix: lower "ttl", or raise max_ttl of the role ' +
      `"${issueStep(NAME).request.role}" or of the mount`,
  );
  assert.match(await warningFor(90 * DAY, 30 * DAY - 29) ?? "", / and got 30d; /);
  assert.match(await warningFor(DAY, HOUR + 90) ?? "", / of 1d and got 1h 2m; /);
});

Deno.test("lifetimeWarning() is silent if nothing was asked for, or all of it came", async () => {
  assert.equal(await warningFor(undefined, 1), undefined);
  assert.equal(await warningFor(DAY, DAY), undefined);
  assert.equal(await warningFor(DAY, 2 * DAY), undefined);
});

Deno.test("lifetimeWarning() says that a window is longer than the lifetime, and what holds", async () => {
  const issued = await issueCertificate(sessionGiving(await answerData()), REQUEST);
  const wide = { ...issueStep(NAME), renew: { kind: "duration", seconds: 14 * DAY } } as const;
  assert.equal(
    lifetimeWarning(wide, issued, new Date(issued.certificate.notBefore)),
    "its renewal window of 14d covers its whole lifetime of 1d; VCM renews it 8h before its expiry",
  );
});

Deno.test("lifetimeWarning() allows for a minute, and for a hundredth of a long lifetime", async () => {
  assert.equal(await warningFor(HOUR, HOUR - 59), undefined);
  assert.notEqual(await warningFor(HOUR, HOUR - 60), undefined);
  assert.equal(await warningFor(100 * DAY, 99 * DAY + 1), undefined);
  assert.notEqual(await warningFor(100 * DAY, 99 * DAY), undefined);
});

/**
 * Why a certificate is not stored that is valid from and to so many seconds from now, if the
 * server's clock differs by so many.
 */
async function refusalOf(from: number, to: number, server?: number): Promise<string> {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const leaf = await CA.intermediate.issue({
    commonName: REQUEST.commonName,
    dnsSans: [REQUEST.commonName],
    ipSans: [],
    // It is dated 30 s back.
    now: at(from + 30),
    notAfter: at(to),
    keyFormat: "pkcs8",
  });
  const data = {
    ...await answerData(),
    certificate: leaf.certificate,
    private_key: leaf.privateKey,
  };
  using directory = makeDirectory();
  const session = sessionGiving(data, [], server === undefined ? undefined : at(server));
  const request = { ...step({ origin: "vault", reuse: false }).request, dnsSans: [], ipSans: [] };
  try {
    await issue(
      { ...step({ origin: "vault", reuse: false }), request },
      directory.path,
      session,
      noPendingActions,
    );
  } catch (error) {
    assert.deepEqual(directory.tree(), []);
    return (error as Error).message
      .replace(/2\d{3}-\S+Z/, "WHEN").replace(/2\d{3}-[\d-]+ [\d:]+ UTC/, "THEN");
  }
  assert.fail("it was stored");
}

// Between two minutes, so that it does not matter how long the test takes.
const APART = 3 * HOUR + 2 * 60 + 20;

Deno.test("issue() says by how much this host's clock is wrong if a certificate is not valid", async () => {
  assert.equal(
    await refusalOf(-APART - 30, -60, -APART),
    "The certificate expired at WHEN, before it arrived; this host's clock is 3h 2m ahead of the " +
      "server's, so it was not stored",
  );
  assert.equal(
    await refusalOf(APART - 30, DAY, APART + 20),
    "The certificate is not valid before WHEN; this host's clock is 3h 2m behind the server's, so " +
      "it was not stored",
  );
});

Deno.test("issue() names a clock that is behind by less than a minute, too", async () => {
  assert.match(
    await refusalOf(20, DAY, 50),
    /; this host's clock is (?:50|49|48)s behind the server's, so it was not stored$/,
  );
});

Deno.test("issue() cannot say by how much if the server tells no time", async () => {
  assert.equal(
    await refusalOf(-2 * DAY, -DAY),
    "The certificate expired at WHEN, before it arrived; this host's clock is ahead of the server's, so " +
      "it was not stored",
  );
  assert.equal(
    await refusalOf(HOUR, DAY),
    "The certificate is not valid before WHEN; this host's clock is behind the server's, so it was " +
      "not stored",
  );
});

Deno.test("issue() does not blame this host's clock for what the server's refuses, too", async () => {
  const role = issueStep(NAME).request.role;
  const strange =
    "it is not valid by the server's time (THEN) either, so it was not stored; check " +
    `the role "${role}" and the clock of the server that issued it`;
  assert.equal(
    await refusalOf(-2 * DAY, -DAY, 0),
    `The certificate expired at WHEN, before it arrived; ${strange}`,
  );
  assert.equal(
    await refusalOf(HOUR, DAY, 0),
    `The certificate is not valid before WHEN; ${strange}`,
  );
});

/** What comes of a certificate for 30 days below an intermediate that ends so many seconds from now. */
async function belowEnding(seconds: number) {
  const now = Date.now();
  const at = (seconds: number) => new Date(now + seconds * 1000);
  const root = await makeAuthority("Root", { notBefore: at(-DAY), notAfter: at(90 * DAY) });
  const ending = await makeAuthority("Intermediate CA", {
    issuer: root,
    notBefore: at(-DAY),
    notAfter: at(seconds),
  });
  const leaf = await makeCertificatePem(NAME, {
    issuer: ending,
    names: [{ type: "dns", value: NAME }],
    notBefore: at(-30),
    notAfter: at(30 * DAY),
  });
  return {
    end: new Date(ending.certificate.notAfter).toISOString().slice(0, 16).replace("T", " "),
    session: sessionGiving({
      certificate: leaf.pem,
      private_key: leaf.pkcs8,
      issuing_ca: ending.pem,
      ca_chain: [ending.pem, root.pem],
    }),
  };
}

Deno.test("issue() stores nothing whose chain has ended, and names the CA", async () => {
  using directory = makeDirectory();
  const { end, session } = await belowEnding(-2 * HOUR);
  await assert.rejects(
    issue(step({ origin: "vault", reuse: false }), directory.path, session, noPendingActions),
    {
      message:
        "The certificate would be due again at once, so it was not stored: its chain expired " +
        `2h ago (${end} UTC; "Intermediate CA"); fix: renew that CA on the server`,
    },
  );
  assert.deepEqual(directory.tree(), []);
});

Deno.test("issue() stores what ends with its chain inside the window, and warns of it", async () => {
  using directory = makeDirectory();
  const { end, session } = await belowEnding(5 * DAY);
  const wide = {
    ...step({ origin: "vault", reuse: false }),
    renew: { kind: "duration", seconds: 10 * DAY },
  } as const;
  const issued = await issue(wide, directory.path, session, noPendingActions);
  assert.equal(directory.read(`${NAME}/cert.pem`), issued.leaf);
  assert.equal(
    lifetimeWarning(wide, issued, new Date()),
    `its renewal window of 10d covers the 5d for which its chain is valid ("Intermediate CA" expires ` +
      `${end} UTC); VCM renews it 1d 16h before that; renew that CA at the server`,
  );
  const targets = [makeTarget({ what: "fullchain" })];
  const spec = makeSpec({ name: NAME, renew: wide.renew, targets });
  const { stored } = new StoreReader(directory.path).look(spec);
  assert.equal(checkDue(spec, stored, new Date()), undefined);
});
