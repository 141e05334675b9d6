import assert from "node:assert/strict";
import { Secret } from "../../../../lib/text/secret.ts";
import type { VaultSettings } from "../../../../lib/config/types.ts";
import { readOpenFile, readSecretFile, sendable } from "../../../../lib/vault/access/secrets.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  appRole,
  environment,
  FILE,
  FILE_LOGIN,
  type Files,
  messageOf,
  refusal,
  type Variables,
} from "./environment.ts";

const SECRET = "hunter2";

/** Surroundings with one file of this mode. */
function holding(mode: number, text = ` ${SECRET}\r\n`, path = "/s") {
  return environment({}, { [path]: { text, mode } });
}

pureTest("readSecretFile() gives the text without the space around it", () => {
  for (const mode of [0o600, 0o400, 0o700, 0o4600]) {
    assert.equal(readSecretFile("the token", "/s", holding(mode)), SECRET);
  }
});

pureTest(
  "readSecretFile() does not use a file that others can open, and names the fix",
  () => {
    const cases: [number, string, string][] = [
      [0o640, "its group", "0640"],
      [0o620, "its group", "0620"],
      [0o610, "its group", "0610"],
      [0o644, "every user", "0644"],
      [0o604, "every user", "0604"],
      [0o602, "every user", "0602"],
      [0o1777, "every user", "1777"],
    ];
    for (const [mode, who, shown] of cases) {
      assert.equal(
        messageOf(() => readSecretFile("the token", "/s", holding(mode))),
        `"/s" contains a secret and is open to ${who} (mode ${shown}), so it is not used; fix: ` +
          "chmod 600 /s",
      );
    }
  },
);

pureTest("the fix for an open file can be pasted into a shell", () => {
  const path = "/my secrets/it's";
  assert.equal(
    messageOf(() => readSecretFile("the token", path, holding(0o604, SECRET, path))),
    `"/my secrets/it's" contains a secret and is open to every user (mode 0604), so it is not used; ` +
      `fix: chmod 600 '/my secrets/it'\\''s'`,
  );
});

pureTest("a secret's file that is absent or empty is reported as such", () => {
  for (const read of [readSecretFile, readOpenFile]) {
    assert.equal(
      messageOf(() => read("the JWT", "/absent", environment({}))),
      'Cannot read the JWT in "/absent": no such file or directory; create it, or give another path',
    );
    assert.equal(
      messageOf(() => read("the JWT", "/s", holding(0o600, " \n"))),
      'Cannot use the JWT: the file "/s" is empty',
    );
  }
});

pureTest("readSecretFile() says why a file that is there cannot be read", () => {
  const read = () => {
    throw new Error("Permission denied (os error 13): readfile '/s'");
  };
  assert.equal(
    messageOf(() => readSecretFile("the token", "/s", { ...holding(0o600), read })),
    'Cannot read the token in "/s": permission denied',
  );
});

pureTest("readOpenFile() leaves the mode to others", () => {
  for (const mode of [0o440, 0o644]) {
    assert.equal(readOpenFile("the credential", "/s", holding(mode)), SECRET);
  }
});

pureTest("sendable() accepts what a header may contain, and does not show the rest", () => {
  for (const text of ["hvs.CAESIJ_-~!", "team/web"]) assert.equal(sendable(text, "It"), text);
  for (const text of [`a ${SECRET}`, `${SECRET}\n`, `${SECRET}\tx`, `ü${SECRET}`, "", "\x7f"]) {
    const message = messageOf(() => sendable(text, "The token from VAULT_TOKEN"));
    assert.match(
      message,
      /^The token from VAULT_TOKEN contains a space, a newline or another charac/,
    );
    assert.equal(message.includes(SECRET), false);
  }
});

/** Settings, variables and files that hold secrets in places where they cannot be used. */
const MISPLACED: [Partial<VaultSettings>, Variables, Files][] = [
  [{}, { VAULT_TOKEN: `a ${SECRET}` }, {}],
  [{ tokenFile: "/s" }, {}, { "/s": `${SECRET}\n${SECRET}` }],
  [{ tokenFile: "/s" }, {}, { "/s": { text: SECRET, mode: 0o644 } }],
  [{}, { VAULT_SECRET_ID: SECRET }, {}],
  [{}, { VAULT_ROLE_ID: SECRET, VAULT_WRAPPED_SECRET_ID: SECRET }, {}],
  [{ login: appRole({ secretId: new Secret(SECRET) }) }, {}, {}],
  [{ login: appRole({ roleId: new Secret(SECRET), secretIdFile: "/none" }) }, {}, {}],
  [{ login: FILE_LOGIN, clientCert: "/c", clientKey: "/k" }, {}, { "/c": SECRET, "/k": SECRET }],
  [{ login: { kind: "jwt", mount: "jwt", jwtFile: "/j" } }, {}, {
    "/j": { text: SECRET, mode: 0o640 },
  }],
  ...["ADDR", "NAMESPACE", "PROXY_ADDR", "SKIP_VERIFY", "CLIENT_TIMEOUT", "MAX_RETRIES"].map((
    name,
  ): [Partial<VaultSettings>, Variables, Files] => [
    {},
    { VAULT_TOKEN: "t", [`VAULT_${name}`]: `https//u:${SECRET} @a` },
    {},
  ]),
];

pureTest("no refusal shows a secret, wherever it was put", () => {
  for (const [parts, env, files] of MISPLACED) {
    const message = refusal({ ...FILE, ...parts }, environment(env, files));
    assert.notEqual(message, "");
    assert.equal(message.includes(SECRET), false, message);
  }
});
