import type { OpenBao } from "./openbao.ts";

/** What a client logs in with by AppRole. */
export interface AppRoleLogin {
  readonly roleId: string;
  readonly secretId: string;
}

const YEARS_10 = "87600h";
const EC = { key_type: "ec", key_bits: 256 };
const RSA = { key_type: "rsa", key_bits: 2048 };

// 90 days, in the server's words.
const USUAL = { max_ttl: "2160h", allow_any_name: true, allow_wildcard_certificates: true };

const ROLES = {
  web: { ...USUAL, ...EC },
  rsa: { ...USUAL, ...RSA },
  short: { ...USUAL, ...EC, max_ttl: "1h" },
  denied: { ...EC, max_ttl: "2160h", allowed_domains: ["allowed.test"], allow_subdomains: true },
  any: { ...USUAL, key_type: "any" },
};

// Only what the main job asks for, so that tests show that it needs no more.
const POLICY = ["pki", "pki_self"]
  .flatMap((mount) => [`${mount}/issue/*`, `${mount}/sign/*`])
  .map((path) => `path "${path}" { capabilities = ["create", "update"] }`)
  .join("\n");

/**
 * Sets a server up for tests: an intermediate CA in `pki` whose root is in `pki_root`, a root CA
 * that issues by itself in `pki_self`, the roles `web`, `rsa`, `short`, `denied` and `any` in `pki`
 * and `pki_self`, and the AppRole role `vcm`, which may do nothing but issue.
 */
export async function setUpPki(bao: Pick<OpenBao, "api">): Promise<AppRoleLogin> {
  await makeRoot(bao, "pki_root", "Test Root");
  await makeRoot(bao, "pki_self", "Test Self");
  await makeIntermediate(bao);
  for (const mount of ["pki", "pki_self"]) {
    for (const [role, settings] of Object.entries(ROLES)) {
      await call(bao, "POST", `${mount}/roles/${role}`, settings);
    }
  }
  await call(bao, "POST", "sys/policies/acl/vcm", { policy: POLICY });
  await call(bao, "POST", "sys/auth/approle", { type: "approle" });
  await call(bao, "POST", "auth/approle/role/vcm", { token_policies: ["vcm"], token_ttl: "1h" });
  const role = await call(bao, "GET", "auth/approle/role/vcm/role-id");
  const secret = await call(bao, "POST", "auth/approle/role/vcm/secret-id");
  return { roleId: String(role.role_id), secretId: String(secret.secret_id) };
}

async function mountPki(bao: Pick<OpenBao, "api">, mount: string): Promise<void> {
  const config = { max_lease_ttl: YEARS_10 };
  await call(bao, "POST", `sys/mounts/${mount}`, { type: "pki", config });
}

async function makeRoot(bao: Pick<OpenBao, "api">, mount: string, name: string): Promise<void> {
  await mountPki(bao, mount);
  const root = { common_name: name, ttl: YEARS_10, ...EC };
  await call(bao, "POST", `${mount}/root/generate/internal`, root);
}

/** The root goes into the mount too, as Vault's own tutorial does it, and so into `ca_chain`. */
async function makeIntermediate(bao: Pick<OpenBao, "api">): Promise<void> {
  await mountPki(bao, "pki");
  const desired = { common_name: "Test Intermediate", ...EC };
  const { csr } = await call(bao, "POST", "pki/intermediate/generate/internal", desired);
  const { certificate, issuing_ca: root } = await call(
    bao,
    "POST",
    "pki_root/root/sign-intermediate",
    { csr, common_name: "Test Intermediate", format: "pem", ttl: "43800h" },
  );
  const chain = { certificate: `${certificate}\n${root}` };
  await call(bao, "POST", "pki/intermediate/set-signed", chain);
}

/** Calls the API, takes anything but success for a mistake of the set-up, and returns the data. */
async function call(
  bao: Pick<OpenBao, "api">,
  method: string,
  path: string,
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await bao.api(method, path, body);
  if (answer.status >= 300) {
    const said = JSON.stringify(answer.body);
    throw new Error(`Cannot set up the PKI: ${method} ${path} gave ${answer.status}: ${said}`);
  }
  return answer.body.data ?? {};
}
