/** `examine()` against scripted servers: what a healthy one answers, and what is found. */
import assert from "node:assert/strict";
import type { CertificateSpec, VaultSettings } from "../../../../lib/config/types.ts";
import { examine } from "../../../../lib/tools/doctor/doctor.ts";
import type { CheckResult } from "../../../../lib/report/check_result.ts";
import { LOOKS } from "../../../support/doctor_lines.ts";
import { COMMAND } from "../../../../lib/tools/doctor/remedy.ts";
import { NO_HELPERS } from "../../../../lib/vault/session/session.ts";
import { makeConfig, makeSpec, NOW } from "../../../support/fixtures.ts";
import { makeAuthority } from "../../../support/fixtures_pki.ts";
import { makeIdentity } from "../../vault/identity.ts";
import { enveloped, login } from "../../vault/recorded_answers.ts";
import {
  type Heard,
  type Scripted,
  type ScriptedServer,
  startScripted,
} from "../../vault/scripted_server.ts";
import { environment, FILE, type Files, type Variables } from "../../vault/access/environment.ts";
import { assertNoSecret, OWN_TOKEN, SECRET_ID, TOKEN } from "../../vault/access_fixtures.ts";

export const IDENTITY = await makeIdentity();

/** The CA that the examinations of these tests trust. */
const CA: Files = { "/ca.pem": IDENTITY.caPem };

export const BY_TOKEN: Variables = { VAULT_TOKEN: TOKEN };
export const BY_APPROLE: Variables = { VAULT_ROLE_ID: "role-id", VAULT_SECRET_ID: SECRET_ID };

/** What each mount answers about its CA. */
export const CA_ANSWER = enveloped({
  certificate: (await makeAuthority("Example CA", { notAfter: new Date("2036-01-01T00:00:00Z") }))
    .pem,
});

/** What is found of a mount whose CA that is. */
export const CA_LINE = "ok pki/cert/ca: the CA is valid until 2036-01-01 00:00 UTC";

/** `sys/health` of a server that is well, and whose clock is at `NOW`. */
export function healthy(parts: Readonly<Record<string, unknown>> = {}): Scripted {
  return {
    body: {
      initialized: true,
      sealed: false,
      standby: false,
      server_time_utc: NOW.getTime() / 1000,
      version: "2.6.2",
      ...parts,
    },
  };
}

/** What a PKI role says that gives all that `makeSpec()` asks for. */
export const GOOD_ROLE = {
  allow_any_name: true,
  key_type: "ec",
  key_bits: 256,
  max_ttl: 7_776_000,
};

type Answers = Readonly<Record<string, Scripted | ((heard: Heard) => Scripted)>>;

/** A server where all is well, but for the paths that a test answers itself. */
export function startWell(answers: Answers = {}): ScriptedServer {
  return startScripted((heard) => {
    const own = answers[heard.path];
    if (own !== undefined) return typeof own === "function" ? own(heard) : fresh(own);
    switch (heard.path) {
      case "sys/health":
        return healthy();
      case "auth/approle/login":
        return login(OWN_TOKEN);
      case "auth/token/lookup-self":
        return enveloped({ policies: ["default", "vcm"], ttl: 1200 });
      case "auth/token/revoke-self":
        return { status: 204, body: "" };
      case "sys/capabilities-self": {
        const { paths } = JSON.parse(heard.body) as { paths: string[] };
        return enveloped(Object.fromEntries(paths.map((path) => [path, ["update"]])));
      }
      default:
        if (/\/cert\/ca$/.test(heard.path)) return CA_ANSWER;
        return /\/roles\//.test(heard.path) ? enveloped(GOOD_ROLE) : undefined;
    }
  });
}

/** A response can be read only once. */
function fresh(scripted: Scripted): Scripted {
  return scripted instanceof Response ? scripted.clone() : scripted;
}

export interface Examined {
  readonly results: readonly CheckResult[];
  /** `verdict subject: detail`, with `| remedy` if there is one; addresses as A, B, …. */
  readonly lines: readonly string[];
}

export interface Case {
  readonly env?: Variables;
  readonly files?: Files;
  readonly vault?: Partial<VaultSettings>;
  readonly specs?: readonly CertificateSpec[];
  readonly now?: Date;
}

/** What is not ok says what to type, wherever it was found. */
export function assertFix({ verdict, subject, detail, remedy }: CheckResult): void {
  const line = `${verdict} ${subject}: ${detail} | ${remedy}`;
  assert.ok(verdict === "ok" || COMMAND.test(remedy ?? ""), `no command fixes this: ${line}`);
}

/** Examines these addresses. No check result may hold a secret. */
export async function examineAt(addresses: readonly string[], it: Case = {}): Promise<Examined> {
  const results: CheckResult[] = [];
  const specs = it.specs ?? [makeSpec({ pki: "pki" })];
  const trust = { kind: "file", path: "/ca.pem" } as const;
  const vault: VaultSettings = { ...FILE, trust, retries: 0, ...it.vault, addresses };
  await examine({
    config: { ...makeConfig(specs), vault },
    specs,
    environment: environment(it.env ?? BY_TOKEN, { ...CA, ...it.files }),
    now: () => it.now ?? NOW,
    helpers: NO_HELPERS,
  }, (result) => void results.push(result));
  assertNoSecret(JSON.stringify(results));
  results.forEach(assertFix);
  const named = (text: string) =>
    addresses.reduce(
      (text, address, at) => text.replaceAll(address, String.fromCharCode(65 + at)),
      text,
    );
  const lines = results.map(({ verdict, subject, detail, remedy }) => {
    const isShown = remedy !== undefined && !LOOKS.test(remedy);
    return named(`${verdict} ${subject}: ${detail}${isShown ? ` | ${remedy}` : ""}`);
  });
  return { results, lines };
}
