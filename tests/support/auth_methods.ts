/** Auth methods of a real OpenBao beside AppRole, and what clients log in with. */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { OpenBao } from "./openbao.ts";

/** Mounts an auth method `jwt` with a role `vcm` for the audience `vault`; signs tokens for it. */
export async function setUpJwt(bao: OpenBao, mount = "jwt"): Promise<(claims?: object) => string> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  await bao.api("POST", `sys/auth/${mount}`, { type: "jwt" });
  await bao.api("POST", `auth/${mount}/config`, { jwt_validation_pubkeys: [pem] });
  await bao.api("POST", `auth/${mount}/role/vcm`, {
    role_type: "jwt",
    bound_audiences: ["vault"],
    user_claim: "sub",
    token_policies: ["vcm"],
  });
  return (claims = {}) => signJwt(privateKey, claims);
}

function signJwt(key: KeyObject, claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = { sub: "host-1", aud: "vault", iat: now, exp: now + 300 };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = `${encode({ alg: "ES256", typ: "JWT" })}.${encode({ ...usual, ...claims })}`;
  const signature = sign("sha256", Buffer.from(head), { key, dsaEncoding: "ieee-p1363" });
  return `${head}.${signature.toString("base64url")}`;
}

/** Mounts an auth method `cert` that knows what the mount `pki` issues, with a role `vcm`. */
export async function setUpCertAuth(bao: OpenBao): Promise<void> {
  const ca = await bao.api("GET", "pki/cert/ca");
  await bao.api("POST", "sys/auth/cert", { type: "cert" });
  await bao.api("POST", "auth/cert/certs/vcm", {
    certificate: ca.body.data?.["certificate"],
    token_policies: ["vcm"],
  });
}

/** A secret id behind a wrapping token. */
export async function wrapSecretId(bao: OpenBao, ttl = "60s"): Promise<string> {
  const response = await fetch(`${bao.address}/v1/auth/approle/role/vcm/secret-id`, {
    method: "POST",
    headers: { "X-Vault-Token": bao.token, "X-Vault-Wrap-TTL": ttl },
  });
  return (await response.json()).wrap_info.token;
}
