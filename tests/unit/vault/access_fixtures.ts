/** Access to servers for tests, and the secrets that no message may contain. */
import assert from "node:assert/strict";
import type { VaultAccess } from "../../../lib/vault/access/access.ts";
import { LIMITS } from "../../../lib/vault/access/server_access.ts";
import { VaultError } from "../../../lib/vault/errors.ts";
import { PinningTransport, type Transport } from "../../../lib/vault/wire/transport.ts";

export const TOKEN = "s.givenTokenOfTheOperator";
export const OWN_TOKEN = "s.tokenThatTheLoginMade";
export const SECRET_ID = "7d1e5d4c-secret-id-of-the-approle";

/** With a token that VCM was given. */
export function byToken(...addresses: string[]): VaultAccess {
  return {
    addresses,
    redirectHosts: [],
    allowHttp: false,
    tls: { authorities: [] },
    credentials: [{ kind: "token", token: TOKEN, from: "VAULT_TOKEN" }],
    proxied: false,
    limits: LIMITS,
    retries: 0,
  };
}

/** With an AppRole. */
export function byAppRole(...addresses: string[]): VaultAccess {
  return {
    ...byToken(...addresses),
    credentials: [{
      kind: "approle",
      mount: "approle",
      roleId: "role-id",
      secretId: SECRET_ID,
      from: "VAULT_ROLE_ID and VAULT_SECRET_ID",
    }],
  };
}

/** The same, to a server that nobody vouches for. */
export function unverified(access: VaultAccess): VaultAccess {
  return { ...access, tls: { unverifiedBy: "vault_ssl_verify: false" } };
}

/** The error of a call that has to fail, which holds no secret in any of its texts. */
export async function failureOf(call: () => Promise<unknown>): Promise<VaultError> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof VaultError, `no VaultError: ${Deno.inspect(error)}`);
    assertNoSecret(`${error.message}\n${Deno.inspect(error)}`);
    return error;
  }
  assert.fail("it did not fail");
}

/** Neither a token, nor a secret id, nor a private key. */
export function assertNoSecret(text: string): void {
  for (const secret of [TOKEN, OWN_TOKEN, SECRET_ID, "PRIVATE KEY"]) {
    assert.equal(text.includes(secret), false, `a secret is in: ${text}`);
  }
}

/** A message with `NOW` in the place of a moment of the last minute. */
export function withoutTime(message: string): string {
  return message.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, (moment) => {
    const age = Date.now() - Date.parse(moment.replace(" UTC", "Z"));
    return age >= 0 && age < 120_000 ? "NOW" : moment;
  });
}

/** The client that makes the connection, unless it must be to a pinned certificate. */
export function clientOf(transport: Transport): Transport {
  return transport instanceof PinningTransport ? transport.usual : transport;
}
