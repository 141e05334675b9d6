/** Answers of a server: what real ones said, what a CA here gives, and all of that damaged. */
import fc from "fast-check";
import type { RawAnswer } from "../../../lib/vault/wire/transport.ts";
import { answerData, CA } from "../../unit/vault/pki_answers.ts";
import { recordedCalls } from "../../unit/vault/recorded.ts";
import { login } from "../../unit/vault/recorded_answers.ts";
import { OWN_TOKEN, SECRET_ID, TOKEN } from "../../unit/vault/access_fixtures.ts";
import { anyJson, damagedJson } from "./json.ts";
import { anyText, damaged } from "./texts.ts";

const issued = { data: await answerData(), warnings: ["TTL was cut"], auth: null };
const other = { data: await answerData("root", { commonName: "other.test" }), warnings: null };
const authority = { data: { ...issued.data, certificate: CA.root.certificate } };

/** Bodies that a server may send to be issued by, logged in at, unwrapped and refused by. */
export const BODIES: readonly unknown[] = [
  issued,
  other,
  authority,
  login(OWN_TOKEN)["body" as never],
  { data: { secret_id: SECRET_ID } },
  { data: { state: "revoked", revocation_time: 1 }, warnings: ["it has expired"] },
  { errors: [`the token ${TOKEN} and the secret id ${SECRET_ID} are wrong`] },
  { errors: ["1 error occurred:\n\t* permission denied\n\n"] },
  ...recordedCalls().flatMap(({ body }) => body === "" ? [] : [JSON.parse(body)]),
];

const texts = BODIES.map((body) => JSON.stringify(body));

/** Nested without end, which JSON can be and what walks over it can not. */
const deep = fc.tuple(fc.nat(20_000), fc.constantFrom("errors", "warnings", "data", "auth"))
  .map(([depth, key]) => `{"${key}":[${"[".repeat(depth)}${"]".repeat(depth)}]}`);

/** A body: good, damaged, of a wrong shape, or no JSON at all. */
const body = fc.oneof(
  { weight: 3, arbitrary: damagedJson(issued) },
  { weight: 3, arbitrary: damagedJson(...BODIES) },
  { weight: 2, arbitrary: fc.constantFrom(...texts) },
  damaged(...texts),
  fc.dictionary(fc.constantFrom("data", "auth", "errors", "warnings"), anyJson)
    .map((body) => JSON.stringify(body)),
  anyJson.map((value) => JSON.stringify(value)),
  deep,
  anyText,
);

const status = fc.oneof(
  fc.constantFrom(200, 200, 200, 204, 307, 400, 403, 404, 429, 500, 503),
  fc.integer({ min: 100, max: 599 }),
);

/** Any answer, as the transport hands it on. */
export const anyAnswer: fc.Arbitrary<RawAnswer> = fc.record({
  status,
  body,
  location: fc.oneof(fc.webUrl(), anyText, fc.constantFrom("//a:b@c/", "https://vault.test/v1/x")),
  retryAfter: anyText,
  serverTime: fc.date({ noInvalidDate: true }),
}, { requiredKeys: ["status", "body"] });
