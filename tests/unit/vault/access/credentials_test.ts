import assert from "node:assert/strict";
import { Secret } from "../../../../lib/text/secret.ts";
import type { VaultSettings } from "../../../../lib/config/types.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  appRole,
  credentialFiles,
  CREDENTIALS,
  FILE_LOGIN,
  type Files,
  gather,
  unusable,
  type Variables,
} from "./environment.ts";

const TOKEN_FILE = "/etc/vcm/token";
const HOME = { HOME: "/root" };

pureTest("a token comes from the variable, systemd's credential, then token_file", () => {
  const files = { ...credentialFiles({ vault_token: "t2\n" }), [TOKEN_FILE]: "\n t3 \r\n" };
  const env = { ...CREDENTIALS, VAULT_TOKEN: "t1" };
  assert.deepEqual(gather({ tokenFile: TOKEN_FILE }, env, files), [
    { kind: "token", token: "t1", from: "VAULT_TOKEN" },
    { kind: "token", token: "t2", from: 'the credential "vault_token"' },
    { kind: "token", token: "t3", from: '"/etc/vcm/token"' },
  ]);
});

pureTest("all tokens go before a login, and ~/.vault-token stands in for none", () => {
  const files = { [TOKEN_FILE]: "t1", "/root/.vault-token": "stale" };
  const kinds = (parts: Partial<VaultSettings>) =>
    gather(parts, HOME, files).map((way) => way.kind === "token" ? way.token : way.kind);
  assert.deepEqual(kinds({ tokenFile: TOKEN_FILE, login: FILE_LOGIN }), ["t1", "approle"]);
  assert.deepEqual(kinds({ login: FILE_LOGIN }), ["approle"]);
  assert.deepEqual(kinds({ login: { kind: "cert", mount: "cert" } }), ["unusable"]);
  assert.deepEqual(kinds({ tokenFile: TOKEN_FILE }), ["t1"]);
  assert.deepEqual(kinds({}), ["stale"]);
});

pureTest("~/.vault-token is used last, and only if it exists", () => {
  assert.deepEqual(gather({}, HOME, { "/root/.vault-token": "t" }), [
    { kind: "token", token: "t", from: '"/root/.vault-token"' },
  ]);
  assert.deepEqual(gather({}, HOME, { "/root/.vault-token": { text: "t", mode: 0o644 } }), [
    unusable(
      '"/root/.vault-token" contains a secret and is open to every user (mode 0644), so it is not ' +
        "used; fix: chmod 600 /root/.vault-token",
    ),
  ]);
  for (const env of [HOME, { HOME: "" }, {}]) assert.deepEqual(gather({}, env), []);
  for (const name of [".vault-token", "vault_token"]) {
    assert.deepEqual(gather({}, {}, { [`undefined/${name}`]: "t", [`/${name}`]: "t" }), []);
  }
});

pureTest("a token file that cannot be used is carried along with its problem", () => {
  const cases: [Files, string][] = [
    [
      {},
      'Cannot read the token in "/etc/vcm/token": no such file or directory; create it, or give another path',
    ],
    [{ [TOKEN_FILE]: " \n" }, 'Cannot use the token: the file "/etc/vcm/token" is empty'],
    [
      { [TOKEN_FILE]: { text: "hvs.hunter2", mode: 0o640 } },
      '"/etc/vcm/token" contains a secret and is open to its group (mode 0640), so it is not used; ' +
      "fix: chmod 600 /etc/vcm/token",
    ],
    [
      { [TOKEN_FILE]: "hvs.hunter2\nhunter2" },
      'Cannot use the token: the file "/etc/vcm/token" has several lines; it must contain only ' +
      "the secret",
    ],
    [
      { [TOKEN_FILE]: "hvs.hunter2 hunter2" },
      'The token from "/etc/vcm/token" contains a space, a newline or another character that is ' +
      "not allowed",
    ],
  ];
  for (const [files, problem] of cases) {
    const [first, second, ...others] = gather(
      { tokenFile: TOKEN_FILE, login: FILE_LOGIN },
      {},
      files,
    );
    assert.deepEqual(first, unusable(problem));
    assert.equal(second?.kind, "approle");
    assert.deepEqual(others, []);
  }
});

pureTest(
  "a VAULT_TOKEN that no header may hold is unusable and not shown, an empty one none",
  () => {
    assert.deepEqual(gather({}, { VAULT_TOKEN: "" }), []);
    for (const token of ["hunter2 x", "hunter2\n", "hünter2", "\t"]) {
      assert.deepEqual(gather({}, { VAULT_TOKEN: token }), [unusable(
        "The token from VAULT_TOKEN contains a space, a newline or another character that is not " +
          "allowed",
      )]);
    }
  },
);

pureTest("an AppRole of the environment needs nothing of the file", () => {
  const env = { VAULT_ROLE_ID: "env-role", VAULT_SECRET_ID: "env-secret" };
  assert.deepEqual(gather({}, env), [{
    kind: "approle",
    mount: "approle",
    roleId: "env-role",
    secretId: "env-secret",
    from: "VAULT_ROLE_ID and VAULT_SECRET_ID",
  }]);
});

pureTest("the AppRole of the file is the last", () => {
  assert.deepEqual(gather({ login: { ...FILE_LOGIN, mount: "team/approle" } }), [{
    kind: "approle",
    mount: "team/approle",
    roleId: "file-role",
    secretId: "file-secret",
    from: '"auth.role_id" and "auth.secret_id"',
  }]);
});

pureTest("an AppRole of the older keys is named by them", () => {
  const [found] = gather({ login: { ...FILE_LOGIN, isOlder: true } });
  assert.ok(found?.kind === "approle");
  assert.equal(found.from, '"vault_role_id" and "vault_secret_id"');
});

pureTest("half an AppRole of the environment is completed from the file", () => {
  const cases: [Variables, string, string, string][] = [
    [
      { VAULT_SECRET_ID: "env-secret" },
      "file-role",
      "env-secret",
      '"auth.role_id" and VAULT_SECRET_ID',
    ],
    [
      { VAULT_ROLE_ID: "env-role" },
      "env-role",
      "file-secret",
      'VAULT_ROLE_ID and "auth.secret_id"',
    ],
  ];
  for (const [env, roleId, secretId, from] of cases) {
    const [way, ...others] = gather({ login: FILE_LOGIN }, env);
    assert.deepEqual(way, { kind: "approle", mount: "approle", roleId, secretId, from });
    // The file's own secret id stands behind that of the variable.
    const behind = env["VAULT_SECRET_ID"] === undefined ? [] : ["file-secret"];
    assert.deepEqual(others.map((by) => by.kind === "approle" && by.secretId), behind);
  }
});

pureTest("half an AppRole: a role id alone may be enough, a secret id alone is an error", () => {
  const noRole = 'The AppRole has no role id: set VAULT_ROLE_ID, or "role_id" under "auth"';
  const alone = (from: string) => [{ kind: "approle", mount: "approle", roleId: "r", from }];
  assert.deepEqual(gather({}, { VAULT_ROLE_ID: "r" }), alone("VAULT_ROLE_ID"));
  assert.deepEqual(gather({}, { VAULT_SECRET_ID: "s" }), [unusable(noRole)]);
  assert.deepEqual(gather({}, { VAULT_WRAPPED_SECRET_ID: "w" }), [unusable(noRole)]);
  assert.deepEqual(gather({ login: appRole({ secretId: new Secret("s") }) }), [unusable(noRole)]);
  assert.deepEqual(
    gather({ login: appRole({ roleId: new Secret("r") }) }),
    alone('"auth.role_id"'),
  );
  const files = credentialFiles({ vault_role_id: "r" });
  assert.deepEqual(gather({}, CREDENTIALS, files), alone('the credential "vault_role_id"'));
});

const ROLE = new Secret("r");
const [SECRET_FILE, WRAPPED_FILE] = ["/etc/vcm/secret-id", "/etc/vcm/wrapped"];
const FILED = appRole({ roleId: ROLE, secretIdFile: SECRET_FILE });

pureTest(
  "role id and secret id come from the variable, systemd's credential, then the file",
  () => {
    const env = { ...CREDENTIALS, VAULT_ROLE_ID: "r1", VAULT_SECRET_ID: "s1" };
    const files = {
      ...credentialFiles({ vault_role_id: "r2\n", vault_secret_id: "s2\n" }),
      [SECRET_FILE]: "s3\n",
    };
    const [s1, s2, s3] = [
      "VAULT_SECRET_ID s1",
      'the credential "vault_secret_id" s2',
      '"/etc/vcm/secret-id" s3',
    ] as const;
    const cases: [Variables, string, string[]][] = [
      [env, "VAULT_ROLE_ID r1", [s1, s2, s3]],
      [CREDENTIALS, 'the credential "vault_role_id" r2', [s2, s3]],
      [{}, '"auth.role_id" r', [s3]],
    ];
    for (const [env, role, secrets] of cases) {
      const ways = gather({ login: FILED }, env, files).map((way) => {
        assert.ok(way.kind === "approle");
        const [role, secret] = way.from.split(" and ");
        return `${role} ${way.roleId} and ${secret} ${way.secretId}`;
      });
      assert.deepEqual(ways, secrets.map((secret) => `${role} and ${secret}`));
    }
  },
);

pureTest("a secret id's file is checked when its turn comes", () => {
  assert.deepEqual(gather({ login: FILED }), [unusable(
    'The AppRole has no secret id: "/etc/vcm/secret-id" does not exist; create it with mode ' +
      "0600",
  )]);
  const open = { [SECRET_FILE]: { text: "hunter2", mode: 0o644 } };
  assert.deepEqual(gather({ login: FILED }, {}, open), [unusable(
    '"/etc/vcm/secret-id" contains a secret and is open to every user (mode 0644), so it is not ' +
      "used; fix: chmod 600 /etc/vcm/secret-id",
  )]);
  const [way] = gather({ login: FILED }, { VAULT_SECRET_ID: "s" }, open);
  assert.equal(way?.kind, "approle");
  assert.deepEqual(
    gather({ login: FILED }, CREDENTIALS, credentialFiles({ vault_secret_id: "" })),
    [
      unusable(
        'Cannot use the credential: the file "/run/credentials/vcm.service/vault_secret_id" is ' +
          "empty",
      ),
    ],
  );
});

pureTest("a wrapped secret id comes from the same three places, after one that is there", () => {
  const login = { ...FILED, wrappedSecretIdFile: WRAPPED_FILE };
  const files = { ...credentialFiles({ vault_wrapped_secret_id: "w2\n" }), [WRAPPED_FILE]: "w3\n" };
  const cases: [Variables, string, string][] = [
    [{ ...CREDENTIALS, VAULT_WRAPPED_SECRET_ID: "w1" }, "w1", "VAULT_WRAPPED_SECRET_ID"],
    [CREDENTIALS, "w2", 'the credential "vault_wrapped_secret_id"'],
    [{}, "w3", '"/etc/vcm/wrapped"'],
  ];
  for (const [env, wrappingToken, from] of cases) {
    const wrapped = {
      kind: "wrapped",
      mount: "approle",
      roleId: "r",
      wrappingToken,
      secretIdFile: SECRET_FILE,
      from,
    } as const;
    assert.deepEqual(gather({ login }, env, files), [wrapped]);
    const [first, ...others] = gather({ login }, env, { ...files, [SECRET_FILE]: "s" });
    assert.equal(first?.kind, "approle");
    assert.deepEqual(others, [wrapped]);
  }
});

pureTest("a wrapped secret id needs a file to be kept in", () => {
  const env = { VAULT_ROLE_ID: "r", VAULT_WRAPPED_SECRET_ID: "hvs.hunter2" };
  const problem = unusable(
    "The wrapped secret id from VAULT_WRAPPED_SECRET_ID can be unwrapped only once: set " +
      '"secret_id_file" under "auth", so that VCM can save it there',
  );
  assert.deepEqual(gather({}, env), [problem]);
  const [first, ...others] = gather({}, { ...env, VAULT_SECRET_ID: "s" });
  assert.deepEqual([first?.kind, others], ["approle", [problem]]);
});

pureTest("a wrapping token that no header may hold is unusable and not shown", () => {
  assert.deepEqual(gather({ login: FILED }, { VAULT_WRAPPED_SECRET_ID: "hunter2 x" }), [unusable(
    "The wrapping token from VAULT_WRAPPED_SECRET_ID contains a space, a newline or another " +
      "character that is not allowed",
  )]);
});
