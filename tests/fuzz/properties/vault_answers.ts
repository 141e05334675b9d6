/** Whatever a server answers: a checked certificate, a token, or an error of ours in one line. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { VaultError } from "../../../lib/vault/errors.ts";
import { readAnswer } from "../../../lib/vault/wire/answer.ts";
import { plainLine } from "../../../lib/vault/wire/answer.ts";
import { findRedirect, redirectsAgain } from "../../../lib/vault/wire/redirect.ts";
import { readRetryAfter } from "../../../lib/vault/wire/back_off.ts";
import type { RawAnswer } from "../../../lib/vault/wire/transport.ts";
import { issueCertificate, revokeCertificate } from "../../../lib/vault/pki/pki.ts";
import { logIn, unwrap } from "../../../lib/vault/session/login.ts";
import { NO_HELPERS, type VaultSession } from "../../../lib/vault/session/session.ts";
import {
  examineMounts,
  examinePolicy,
  examineRoles,
} from "../../../lib/tools/doctor/examine_pki.ts";
import { makeSpec } from "../../support/fixtures.ts";
import { REQUEST } from "../../unit/vault/pki_answers.ts";
import { assertNoSecret, OWN_TOKEN, SECRET_ID, TOKEN } from "../../unit/vault/access_fixtures.ts";
import { anyAnswer } from "../arbitraries/answers.ts";
import { anyText } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const ADDRESS = "https://vault.test";
const SECRETS = [TOKEN, OWN_TOKEN, SECRET_ID];
const clean = (text: string) => plainLine(text, SECRETS);

function assertPlain(text: string): void {
  assert.match(text, /^\P{Cc}+$/u);
  assertNoSecret(text);
}

/** What comes of the work, or undefined where it failed as it may. */
async function tried<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    assert.ok(error instanceof VaultError, `no VaultError: ${Deno.inspect(error)}`);
    assertPlain(error.message);
    return undefined;
  }
}

/** A session at a server that gives this answer to whatever it is asked. */
function sessionAt(answer: RawAnswer): VaultSession {
  const read = (path: string) => Promise.resolve(readAnswer(ADDRESS, path, answer, clean));
  const call = async (path: string) => await read(path);
  return {
    secrets: [],
    loginMethod: "the test",
    clean,
    write: call,
    read: call,
    close: () => Promise.resolve(),
  };
}

const asking = (answer: RawAnswer) => () => Promise.resolve({ address: ADDRESS, answer });

const APPROLE = {
  kind: "approle",
  mount: "approle",
  roleId: "r",
  secretId: SECRET_ID,
  from: "f",
} as const;
const WAYS = [
  APPROLE,
  { kind: "cert", mount: "cert", from: "f" },
  { kind: "jwt", mount: "jwt", jwt: TOKEN, from: "f" },
] as const;
const WRAPPED = {
  kind: "wrapped",
  mount: "approle",
  roleId: "r",
  wrappingToken: TOKEN,
  secretIdFile: "/etc/vcm/secret-id",
  from: "f",
} as const;

const NAMED = { addresses: [ADDRESS], redirectHosts: ["other.test"], allowHttp: false };

export const VAULT_ANSWERS = [
  fuzz("any answer is a checked certificate, or refused", anyAnswer, async (answer) => {
    const issued = await tried(() => issueCertificate(sessionAt(answer), REQUEST));
    if (issued === undefined) return;
    assert.equal(issued.certificate.commonName, REQUEST.commonName);
    const leaf = new X509Certificate(issued.text("cert"));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(issued.text("privkey"))));
    assert.ok(issued.anchors.length > 0);
    for (const warning of issued.warnings) assertNoSecret(warning);
    assertNoSecret(Deno.inspect(issued) + JSON.stringify(issued));
  }),
  fuzz("any answer logs in, or is refused", anyAnswer, async (answer) => {
    for (const by of WAYS) {
      const token = await tried(() => logIn(by, asking(answer), clean));
      if (token === undefined) continue;
      assert.match(String(token.id), /^[\x21-\x7e]+$/, "no header can hold it");
      assert.ok(token.uses > 0);
    }
  }),
  fuzz("any answer unwraps a secret id, or is refused", anyAnswer, async (answer) => {
    const by = await tried(() => unwrap(WRAPPED, asking(answer), clean, NO_HELPERS));
    assert.ok(by === undefined || by.secretId !== "");
  }),
  fuzz(
    "any answer says that a certificate is revoked, or that it is not",
    anyAnswer,
    async (answer) => {
      await tried(() => revokeCertificate(sessionAt(answer), "pki", "aa:bb"));
    },
  ),
  fuzz("no answer leads to a host that is not named", anyAnswer, async (answer) => {
    const target = await tried(() => findRedirect(`${ADDRESS}/v1/x`, answer, NAMED, clean));
    if (target !== undefined) {
      const { protocol, hostname, username, origin } = new URL(target.url);
      assert.ok(protocol === "https:" && username === "" && origin === target.origin);
      assert.ok(origin === ADDRESS || hostname === "other.test", target.url);
    }
    assertPlain(redirectsAgain(ADDRESS, answer, clean).message);
    assert.ok(readRetryAfter(answer.retryAfter, new Date(0)) >= 0);
  }),
  fuzz("doctor reports any answer", anyAnswer, async (answer) => {
    const session = sessionAt(answer);
    const specs = [makeSpec({ ipSans: ["10.0.0.1"], uriSans: ["urn:a"], dnsSans: ["*.a.test"] })];
    const found = [
      ...await examineMounts(session, specs, new Date(0)),
      ...await examinePolicy(session, specs),
      ...await examineRoles(session, specs),
    ];
    // As doctor tells it.
    for (const { detail } of found) assertPlain(clean(detail));
  }),
  fuzz("no secret is in what is left of a text", fc.tuple(anyText, secret(), anyText), (parts) => {
    const [before, secret, after] = parts;
    const left = plainLine(before + secret + after, [secret]);
    assert.match(left, /^\P{Cc}*$/u);
    assert.ok(!left.includes(plainLine(secret, [])), `${JSON.stringify(secret)} is in ${left}`);
    const half = secret.slice(0, secret.length / 2);
    assert.equal(plainLine(secret, [half, secret]), "[redacted]");
  }),
];

/** As tokens and secret ids may be: any characters, but for control characters. */
function secret(): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", minLength: 8, maxLength: 40 })
    .filter((text) => /^\P{Cc}*$/u.test(text) && plainLine(text, []).length >= 8);
}
