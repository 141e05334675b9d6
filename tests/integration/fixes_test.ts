/** What a tired operator gets wrong, and the remedy that the error names, against a real OpenBao. */
import assert from "node:assert/strict";
import type { OpenBao } from "../support/openbao.ts";
import type { AppRoleLogin } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertNoSecret, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

interface Slip {
  /** Lines of the certificate, or of `config` where they begin with "config: ". */
  readonly lines?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Makes the server as the slip needs it. */
  readonly prepare?: (bao: OpenBao, login: AppRoleLogin) => Promise<unknown>;
  /** What the first line says after "failed  NAME: ", with ADDRESS for the server's. */
  readonly said: string;
}

const MAY_NOT = (path: string, mount: string) =>
  `"ADDRESS" denied "update" on "${path}" (403: 1 error occurred: * permission denied); the login ` +
  "with the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID worked, but its policies (default, " +
  `vcm) do not allow this path: the role's name "web" is wrong (bao list ${mount}/roles), ` +
  `"pki: ${mount}" is wrong (bao secrets list), or a policy lacks: ` +
  `path "${path}" { capabilities = ["update"] }`;

const REFUSED =
  '"ADDRESS" refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID (400: invalid ' +
  "role or secret ID); check both ids; the secret id may have expired";

const SLIPS: Readonly<Record<string, Slip>> = {
  "a wrong secret id": { env: { VAULT_SECRET_ID: "wrong" }, said: REFUSED },
  "a wrong role id": { env: { VAULT_ROLE_ID: "wrong" }, said: REFUSED },
  "a secret id that has come to its end": {
    prepare: async (bao, login) => {
      const { secretId } = login;
      await bao.api("POST", "auth/approle/role/vcm/secret-id/destroy", { secret_id: secretId });
    },
    said: REFUSED,
  },
  "a wrong role": {
    lines: "role: nosuch",
    said: '"ADDRESS" refused "pki/issue/nosuch" (400: unknown role: nosuch); check "role"',
  },
  "a name that the role denies": {
    lines: "role: denied",
    said: `"ADDRESS" refused "pki/issue/denied" (400: common name ${NAME} not allowed by this ` +
      "role); the role must have its domain in allowed_domains, with allow_bare_domains=true for " +
      "the domain itself and allow_subdomains=true for a name below it (bao read " +
      "pki/roles/denied); or use another name",
  },
  "a path beyond the policy": {
    lines: "pki: pki_root",
    said: MAY_NOT("pki_root/issue/web", "pki_root"),
  },
  "a mount that is not there": {
    lines: "pki: nosuch",
    said: MAY_NOT("nosuch/issue/web", "nosuch"),
  },
  "a mount that is not there, by a token that may do all": {
    lines: "pki: nosuch",
    env: { VAULT_TOKEN: "root" },
    said: '"ADDRESS" has nothing at "nosuch/issue/web" (404: no handler for route ' +
      '"nosuch/issue/web". route entry not found.); check that "pki: nosuch" is the path of a PKI secrets engine',
  },
  "a namespace that is not there": {
    lines: "config: namespace: nosuch",
    said: '"ADDRESS" has no such namespace (404: namespace not found); check "namespace" or ' +
      "VAULT_NAMESPACE",
  },
  "a lifetime beyond the CA's": {
    lines: "pki: pki_self\nrole: long\nttl: 5000d",
    prepare: (bao) =>
      bao.api("POST", "pki_self/roles/long", {
        allow_any_name: true,
        key_type: "ec",
        max_ttl: "200000h",
      }).then(() => bao.api("POST", "sys/mounts/pki_self/tune", { max_lease_ttl: "200000h" })),
    said: '); the CA expires earlier: set a shorter "ttl", or renew the CA',
  },
  "a sealed server": {
    lines: "config: retries: 0",
    prepare: (bao) => bao.api("POST", "sys/seal"),
    said: '"ADDRESS" is sealed or not ready (503); unseal it first',
  },
};

test("each error is reported with its fix, changes nothing, and ends with 1", (t) =>
  withServer({}, async ({ bao, login }) => {
    for (const [slip, { lines = "", env = {}, prepare, said }] of Object.entries(SLIPS)) {
      await t.step(slip, async () => {
        const fresh = await bao.api("POST", "auth/approle/role/vcm/secret-id");
        const own = { ...login, secretId: String(fresh.body.data?.["secret_id"]) };
        await prepare?.(bao, own);
        using bench = makeBench();
        const [, config = ""] = /^config: (.*)$/.exec(lines) ?? [];
        bench.configure(
          settings(bao, config),
          certificate(bench.directory, NAME, config === "" ? lines : ""),
        );
        const { status, out } = await bench.vcm(["run"], {
          VAULT_ROLE_ID: own.roleId,
          VAULT_SECRET_ID: own.secretId,
          ...env,
        });
        assert.equal(status, 1);
        const line = (out.split("\n")[0] ?? "").replaceAll(bao.address, "ADDRESS");
        assert.ok(line.startsWith(`failed  ${NAME}: `), line);
        assert.ok(line.includes(said), line);
        assert.deepEqual(bench.directory.tree(), ["ssl/", "store/", "store/.lock", "vcm.yaml"]);
        assertNoSecret(bench, own.secretId);
      });
    }
  }));
