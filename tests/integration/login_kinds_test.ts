/** AppRoles without a secret id, JWTs that a program prints, and Kubernetes, at a real OpenBao. */
import assert from "node:assert/strict";
import { setUpJwt } from "../support/auth_methods.ts";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { startScripted } from "../unit/vault/scripted_server.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function configure(bench: Bench, bao: OpenBao, more: string): void {
  bench.configure(settings(bao, more), certificate(bench.directory));
}

test("a role id alone is enough with bind_secret_id=false", (t) =>
  withServer({}, async ({ bao, login }) => {
    await bao.api("POST", "auth/approle/role/alone", {
      bind_secret_id: false,
      secret_id_bound_cidrs: ["127.0.0.0/8"],
      token_policies: ["vcm"],
    });
    const { body } = await bao.api("GET", "auth/approle/role/alone/role-id");
    const roleId = String(body.data?.["role_id"]);
    const settings = `auth: {method: approle, role_id: "${roleId}"}`;
    const cases: [string, string, Record<string, string>][] = [
      ["by the variable", "", { VAULT_ROLE_ID: roleId }],
      ["by the file", settings, {}],
      ["with a secret id that is not needed", settings, { VAULT_SECRET_ID: "unused" }],
    ];
    for (const [name, more, env] of cases) {
      await t.step(name, async () => {
        using bench = makeBench();
        configure(bench, bao, more);
        assertWell(await bench.vcm(["run"], env));
        assertWell(await bench.vcm(["doctor"], env));
        assertNoSecret(bench, roleId);
      });
    }
    await t.step("otherwise the error says what is missing", async () => {
      using bench = makeBench();
      configure(bench, bao, "");
      const { status, out } = await bench.vcm(["run"], { VAULT_ROLE_ID: login.roleId });
      assert.equal(status, 1);
      assert.match(
        out,
        /refused the AppRole from VAULT_ROLE_ID without a secret id \(400: .*\); set VAULT_SECRET_ID, or "secret_id_file" under "auth"; a role id alone is enough only with bind_secret_id=false/,
      );
    });
  }));

test("jwt_command prints the JWT", (t) =>
  withServer({ audit: true }, async ({ bao }) => {
    const makeJwt = await setUpJwt(bao);
    const heard = listen(bao);
    using bench = makeBench();
    const { directory } = bench;
    const print = (script: string, more = "") => {
      const words = JSON.stringify(["/bin/sh", "-c", script]);
      configure(bench, bao, `auth: {method: jwt, role: vcm, jwt_command: ${words}}\n${more}`);
    };
    const jwt = makeJwt();
    directory.write("jwt", `${jwt}\n`);
    const marked = `echo asked >>${directory.at("asked")}; cat ${directory.at("jwt")}`;
    const asked = () => directory.tree().includes("asked");

    await t.step("a plan does not run it", async () => {
      print(marked);
      assert.equal((await bench.vcm(["plan"])).status, 0);
      assert.equal((await bench.vcm(["check"])).status, 2);
      assert.equal(asked(), false);
    });
    await t.step("a run does, once, and revoke and doctor do", async () => {
      assertWell(await bench.vcm(["run"]));
      assert.equal(directory.read("asked"), "asked\n");
      assert.deepEqual(heard(), ["auth/jwt/login", "pki/issue/web", "auth/token/revoke-self"]);
      assertWell(await bench.vcm(["doctor"]));
      const { err } = await bench.vcm(["revoke", "web.example.test", "--yes"]);
      assert.match(err, /denied "update" on "pki\/revoke"/);
      assert.equal(directory.read("asked"), "asked\n".repeat(3));
    });
    await t.step("a run with nothing to do does not", async () => {
      assertWell(await bench.vcm(["run"]));
      assert.equal(directory.read("asked"), "asked\n".repeat(3));
    });
    const failures: Record<string, [string, RegExp, string?]> = {
      "a failure": [`${marked}; echo ${jwt} >&2; exit 3`, /ended with status 3; run it by hand/],
      "nothing": ["true", /printed nothing; it must print the JWT/],
      "two lines": [`${marked}; ${marked}`, /printed something else than a JWT/],
      "an error page": ["echo '<html>not found</html>'", /printed something else than a JWT/],
      "an endless output": ["yes x | tr -d '\\n' | head -c 3000000", /printed something else/],
      "no end": ["sleep 60", /did not end within 1 s, which is "timeout"/, "timeout: 1s"],
    };
    for (const [name, [script, said, more]] of Object.entries(failures)) {
      await t.step(name, async () => {
        print(script, more);
        const { status, out } = await bench.vcm(["issue", "--force"]);
        assert.equal(status, 1);
        assert.match(out, said);
        const doctor = await bench.vcm(["doctor"]);
        assert.equal(doctor.status, 1);
        assert.match(doctor.out, said);
      });
    }
    await t.step("a program that is not there", async () => {
      configure(bench, bao, "auth: {method: jwt, role: vcm, jwt_command: [/nosuch/program]}");
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(out, /Cannot run "\/nosuch\/program": not on this host; correct "jwt_command"/);
    });
    await t.step("a JWT that the server refuses", async () => {
      directory.write("jwt", makeJwt({ aud: "other" }));
      print(marked);
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(out, /refused the JWT from "\/bin\/sh" \(400: .*check its audience/);
    });
    assertNoSecret(bench, jwt, jwt.split(".")[1] ?? "");
  }));

test("a pod logs in with the token of its service account", (t) =>
  withServer({}, async ({ bao }) => {
    let accepted = true;
    await using kubernetes = startScripted(({ path }) =>
      path.endsWith("/tokenreviews")
        ? {
          status: 201,
          body: {
            kind: "TokenReview",
            apiVersion: "authentication.k8s.io/v1",
            status: {
              authenticated: accepted,
              audiences: ["vault"],
              user: {
                username: "system:serviceaccount:shop:vcm",
                uid: "u-1",
                groups: [
                  "system:serviceaccounts",
                  "system:serviceaccounts:shop",
                  "system:authenticated",
                ],
              },
            },
          },
        }
        : undefined
    );
    const jwt = (await setUpJwt(bao))({
      iss: "kubernetes/serviceaccount",
      "kubernetes.io/serviceaccount/namespace": "shop",
      "kubernetes.io/serviceaccount/secret.name": "vcm-token",
      "kubernetes.io/serviceaccount/service-account.name": "vcm",
      "kubernetes.io/serviceaccount/service-account.uid": "u-1",
      sub: "system:serviceaccount:shop:vcm",
      aud: ["vault"],
    });
    await bao.api("POST", "sys/auth/kubernetes", { type: "kubernetes" });
    await bao.api("POST", "auth/kubernetes/config", {
      kubernetes_host: kubernetes.address,
      token_reviewer_jwt: jwt,
      disable_local_ca_jwt: true,
      kubernetes_ca_cert: (await bao.api("GET", "pki/cert/ca")).body.data?.["certificate"],
    });
    await bao.api("POST", "auth/kubernetes/role/vcm", {
      bound_service_account_names: ["vcm"],
      bound_service_account_namespaces: ["shop"],
      token_policies: ["vcm"],
    });
    using bench = makeBench();
    const { directory } = bench;
    directory.write("token", jwt);
    // As the kubelet has it.
    Deno.chmodSync(directory.at("token"), 0o644);
    const auth = `auth: {method: kubernetes, role: vcm, jwt_file: "${
      directory.at("token")
    }"}\nretries: 0`;
    await t.step("logs in", async () => {
      configure(bench, bao, auth);
      assertWell(await bench.vcm(["run"]));
    });
    await t.step("a token that Kubernetes does not accept", async () => {
      accepted = false;
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(out, /denied a login at "auth\/kubernetes" \(403: .*Kubernetes did not accept/);
    });
    await t.step("another service account", async () => {
      accepted = true;
      await bao.api("POST", "auth/kubernetes/role/vcm", {
        bound_service_account_names: ["other"],
        bound_service_account_namespaces: ["shop"],
      });
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(out, /"auth\/kubernetes"|refused the JWT from .*service accounts/);
    });
    await t.step("outside a pod", async () => {
      configure(bench, bao, "auth: {method: kubernetes, role: vcm}");
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(
        out,
        /token of the service account in "\/var\/run\/secrets\/kubernetes.io\/serviceaccount\/token"/,
      );
    });
    assertNoSecret(bench, jwt);
  }));
