/** Roles of a real server, as checkRole() sees them, and how to hold the two together. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../lib/config/types.ts";
import { LIMITS } from "../../lib/vault/access/server_access.ts";
import type { Role, RoleProblem } from "../../lib/tools/doctor/role_names.ts";
import { openSession, type VaultSession } from "../../lib/vault/session/session.ts";
import { makeSpec } from "../support/fixtures.ts";
import type { OpenBao } from "../support/openbao.ts";
import { withServer } from "./server.ts";

export type Settings = Readonly<Record<string, unknown>>;
export type Desired = Partial<CertificateSpec>;

export const ORIGINS = ["vault", "local"] as const;

/** A role of the server, and what the server says of it. */
export async function makeRole(
  bao: OpenBao,
  session: VaultSession,
  settings: Settings,
): Promise<Role> {
  const { status } = await bao.api("POST", "pki/roles/judged", { key_type: "ec", ...settings });
  assert.ok(status < 300);
  return (await session.read("pki/roles/judged")).data;
}

export function desiredOf(desired: Desired): CertificateSpec {
  const parts = { name: "judged", commonName: "web.example.test", pki: "pki", role: "judged" };
  return makeSpec({ renew: { kind: "share", percent: 33 }, ...parts, ...desired });
}

/** Why nothing usable came, or undefined. */
export async function refusal(step: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A line for a person where the two do not agree. */
export function compare(
  what: string,
  refused: string | undefined,
  roleProblems: readonly RoleProblem[],
) {
  const fatal = roleProblems.filter((roleProblem) => roleProblem.fatal).map(({ message }) =>
    message
  );
  return (refused !== undefined) === (fatal.length > 0)
    ? []
    : [`${what}: server "${refused ?? "issued"}", judged ${JSON.stringify(fatal)}`];
}

export async function withSession(run: (bao: OpenBao, session: VaultSession) => Promise<void>) {
  await withServer({}, async ({ bao }) => {
    const session = await openSession({
      addresses: [bao.address],
      redirectHosts: [],
      allowHttp: false,
      tls: { authorities: [] },
      credentials: [{ kind: "token", token: bao.token, from: "the test" }],
      proxied: false,
      limits: LIMITS,
      retries: 0,
    });
    try {
      await run(bao, session);
    } finally {
      await session.close();
    }
  });
}
