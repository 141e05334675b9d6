/**
 * What real servers answered, call by call: the bodies lie in `recorded/SERVER/NAME.json`, and this
 * says what each was asked and with what status it came. Tokens, keys and secret ids in them were
 * never kept.
 */

/** OpenBao 2.6.2, the same before it was unsealed, and HashiCorp Vault 1.14.1. */
export const SERVERS = ["openbao-2.6.2", "vault-1.14.1", "openbao-2.6.2-tls-sealed"] as const;

export type Server = typeof SERVERS[number];

export interface RecordedCall {
  readonly server: Server;
  /** Name of the file, without its ending. */
  readonly name: string;
  readonly method: "GET" | "POST" | "LIST";
  /** Without `/v1/`. */
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

type Call = readonly [RecordedCall["method"], path: string, status: number];

/** Both working servers were asked the same. */
const WORKING: Readonly<Record<string, Call>> = {
  "01-health": ["GET", "sys/health", 200],
  "02-seal-status": ["GET", "sys/seal-status", 200],
  "04-mount-pki-again-400": ["POST", "sys/mounts/pki", 400],
  "05-root-generate": ["POST", "pki/root/generate/internal", 200],
  "06-config-urls": ["POST", "pki/config/urls", 200],
  "07-role-web": ["POST", "pki/roles/web", 200],
  "08-role-rsa": ["POST", "pki/roles/rsa", 200],
  "09-role-ec": ["POST", "pki/roles/ec", 200],
  "09b-role-any": ["POST", "pki/roles/any", 200],
  "10-role-denied": ["POST", "pki/roles/denied", 200],
  "11-role-read": ["GET", "pki/roles/web", 200],
  "15-approle-role-id": ["GET", "auth/approle/role/tool/role-id", 200],
  "16-approle-secret-id": ["POST", "auth/approle/role/tool/secret-id", 200],
  "17-approle-login": ["POST", "auth/approle/login", 200],
  "18-approle-login-wrong-secret-400": ["POST", "auth/approle/login", 400],
  "19-approle-login-wrong-role-400": ["POST", "auth/approle/login", 400],
  "20-approle-login-no-secret-400": ["POST", "auth/approle/login", 400],
  "21-token-lookup-self": ["GET", "auth/token/lookup-self", 200],
  "22-token-renew-self": ["POST", "auth/token/renew-self", 200],
  "23-issue-web": ["POST", "pki/issue/web", 200],
  "24-issue-web-pkcs8-bundle": ["POST", "pki/issue/web", 200],
  "25-sign-web": ["POST", "pki/sign/web", 200],
  "25b-sign-any": ["POST", "pki/sign/any", 200],
  "25c-issue-any-key-type-400": ["POST", "pki/issue/any", 400],
  "26-sign-bad-csr-400": ["POST", "pki/sign/web", 400],
  "27-issue-denied-domain-400": ["POST", "pki/issue/denied", 400],
  "28-sign-denied-domain-400": ["POST", "pki/sign/denied", 400],
  "28b-sign-denied-domain-any-400": ["POST", "pki/sign/denied", 400],
  "29-issue-unknown-role-400": ["POST", "pki/issue/nosuch", 400],
  "30-issue-ttl-beyond-max": ["POST", "pki/issue/web", 200],
  "31-issue-bad-ttl-400": ["POST", "pki/issue/web", 400],
  "32-forbidden-403": ["GET", "sys/mounts", 403],
  "33-forbidden-roles-403": ["GET", "pki/roles/web", 403],
  "34-no-token-403": ["POST", "pki/issue/web", 403],
  "35-bad-token-403": ["POST", "pki/issue/web", 403],
  "36-no-handler-404": ["GET", "nosuch/mount", 404],
  "37-unknown-path-404": ["GET", "pki/cert/aa:bb", 404],
  "38-bad-json-400": ["POST", "pki/issue/web", 400],
  "39-cert-by-serial": ["GET", "pki/cert/19:a0:90:59", 200],
  "40-revoke": ["POST", "pki/revoke", 200],
  "41-revoke-again": ["POST", "pki/revoke", 200],
  "42-revoke-unknown-400": ["POST", "pki/revoke", 400],
  "43-cert-after-revoke": ["GET", "pki/cert/19:a0:90:59", 200],
  "44-crl-json": ["GET", "pki/cert/crl", 200],
  "45-ca-chain-json": ["GET", "pki/cert/ca_chain", 200],
  "46-list-certs": ["LIST", "pki/certs", 200],
  "48-wrong-method-405": ["GET", "pki/issue/web", 403],
  "49-namespace-header": ["GET", "sys/health", 200],
  "51-issue-with-revoked-token-403": ["POST", "pki/issue/web", 403],
};

const SEALED: Readonly<Record<string, Call>> = {
  "01-health-uninitialised-501": ["GET", "sys/health", 501],
  "02-login-uninitialised": ["POST", "auth/approle/login", 503],
  "03-init": ["POST", "sys/init", 200],
  "04-health-sealed-503": ["GET", "sys/health", 503],
  "05-login-sealed-503": ["POST", "auth/approle/login", 503],
  "06-issue-sealed-503": ["POST", "pki/issue/web", 503],
  "07-seal-status": ["GET", "sys/seal-status", 200],
  "08-unseal": ["POST", "sys/unseal", 200],
  "09-health-200": ["GET", "sys/health", 200],
  "12-mounts-after-seal-503": ["GET", "sys/mounts", 503],
};

const DIRECTORY = new URL("recorded/", import.meta.url);

/** All recorded calls that have a body, by the files that are there. */
export function recordedCalls(): RecordedCall[] {
  return SERVERS.flatMap((server) =>
    [...Deno.readDirSync(new URL(`${server}/`, DIRECTORY))]
      .map(({ name }) => recordedCall(server, name.replace(/\.json$/, "")))
      .sort((a, b) => a.name < b.name ? -1 : 1)
  );
}

/** Throws an Error for a file whose call is not listed. */
export function recordedCall(server: Server, name: string): RecordedCall {
  const call = (server === "openbao-2.6.2-tls-sealed" ? SEALED : WORKING)[name];
  if (call === undefined) throw new Error(`recorded/${server}/${name}.json is not listed`);
  const [method, path, status] = call;
  const body = Deno.readTextFileSync(new URL(`${server}/${name}.json`, DIRECTORY));
  return { server, name, method, path, status, body };
}
