import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { pathOfPart } from "../support/parts.ts";
import { startOpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { blocks, readDocument } from "../unit/docs/documents.ts";

const test = await testsNeeding("openbao");

test("the commands of docs/vault.md set up a server that README.md's file can use", async () => {
  await using bao = await startOpenBao();
  const script = blocks(readDocument("docs/vault.md"), "sh").join("\n");
  const said = await runScript(script, bao.address, bao.token);
  // Printed by `-field`, which without a terminal adds no newline.
  const id = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  const [, roleId, secretId] = new RegExp(`(${id})(${id})`).exec(said) ?? [];
  const login = await post(bao.address, "auth/approle/login", {
    role_id: roleId,
    secret_id: secretId,
  });
  const issued = await post(bao.address, "pki_internal/issue/internal-service", {
    common_name: "web.internal.myorg.local",
    alt_names: "api.internal.myorg.local",
    ip_sans: "10.1.1.20",
    ttl: "120d",
  }, login.auth?.client_token);
  assert.match(issued.data?.certificate ?? "", /BEGIN CERTIFICATE/);
  assert.equal(issued.warnings ?? null, null);
});

/** Runs the commands as a person would, who has `bao` on the PATH and is logged in. */
async function runScript(script: string, address: string, token: string): Promise<string> {
  const bao = await pathOfPart("openbao");
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = await Deno.makeTempFile();
  await Deno.writeTextFile(key, publicKey.export({ type: "spki", format: "pem" }).toString());
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", `bao() { "$BAO" "$@"; }\n${script}`],
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: "/nonexistent",
      BAO: bao,
      BAO_ADDR: address,
      BAO_TOKEN: token,
      KEY: key,
    },
  }).output();
  await Deno.remove(key);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  return text(stdout);
}

interface Answer {
  readonly auth?: { readonly client_token: string };
  readonly data?: { readonly certificate?: string };
  readonly warnings?: readonly string[] | null;
}

async function post(
  address: string,
  path: string,
  body: unknown,
  token?: string,
): Promise<Answer> {
  const response = await fetch(`${address}/v1/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    ...(token === undefined ? {} : { headers: { "x-vault-token": token } }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}
