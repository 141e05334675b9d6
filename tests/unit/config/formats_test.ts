/** What a deploy entry may hold beside PEM files as they are stored. */
import assert from "node:assert/strict";
import { defaultMode } from "../../../lib/config/format.ts";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { TargetSpec } from "../../../lib/config/types.ts";
import { TARGET_KINDS } from "../../../lib/certificate/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";
import { defined } from "../../support/defined.ts";

function fileWith(...entries: string[]): string {
  const lines = entries.map((entry) => `      - ${entry}\n`).join("");
  return `config: {pki: p, role: r}\ncerts:\n  - name: web\n    deploy:\n${lines}`;
}

async function targets(...entries: string[]): Promise<readonly TargetSpec[]> {
  return defined(await parseConfig(fileWith(...entries), "f")).certificates[0]?.targets ?? [];
}

pureTest("each format is accepted in both forms, with its order and its password", async () => {
  const made = await targets(
    "combined: /a",
    "{combined: /b, order: key-first}",
    "{source: combined, dest: /c, order: cert-first, password_file: /p}",
    "{pkcs12: /d, password_file: /p}",
    "{source: pkcs12, dest: /e, password_file: /p//q}",
    "{privkey: /f, password_file: /p}",
    "der: /g",
  );
  const createDirs = false;
  assert.deepEqual(made, [
    { what: "combined", path: "/a", order: "cert-first", createDirs },
    { what: "combined", path: "/b", order: "key-first", createDirs },
    { what: "combined", path: "/c", order: "cert-first", passwordFile: "/p", createDirs },
    { what: "pkcs12", path: "/d", passwordFile: "/p", createDirs },
    { what: "pkcs12", path: "/e", passwordFile: "/p/q", createDirs },
    { what: "privkey", path: "/f", passwordFile: "/p", createDirs },
    { what: "der", path: "/g", createDirs },
  ]);
});

/** Each begins in column 9 of line 5. */
const DIAGNOSTICS: Readonly<Record<string, string>> = {
  "{pkcs12: /a}":
    'f:5:10 certs[0].deploy[0].pkcs12: needs "password_file", a file that contains its password',
  "{source: pkcs12, dest: /a}":
    'f:5:10 certs[0].deploy[0].source: needs "password_file", a file that contains its password',
  "{cert: /a, order: key-first}":
    'f:5:20 certs[0].deploy[0].order: is allowed only with "combined"',
  "{der: /a, password_file: /p}":
    'f:5:19 certs[0].deploy[0].password_file: is allowed only with "privkey", "combined" and "pkcs12"',
  "{combined: /a, password_file: /p, alias: x}":
    'f:5:43 certs[0].deploy[0].alias: is allowed only with "pkcs12"',
  "{pkcs12: /a, password_file: /p, alias: 😀}":
    'f:5:48 certs[0].deploy[0].alias: expected a name such as "tomcat", got "😀"',
  "{pkcs12: /a, password_file: /p, alias: }": "f:5:41 certs[0].deploy[0].alias: has no value",
  "{pkcs12: /a, password_file: /p, aliass: b}":
    'f:5:41 certs[0].deploy[0].aliass: unknown key; did you mean "alias"?',
  "{combined: /a, order: key}": "f:5:31 certs[0].deploy[0].order: expected one of cert-first, " +
    'key-first, got "key"',
  "{pkcs12: /a, password_file: hunter2}": "f:5:37 certs[0].deploy[0].password_file: expected " +
    'the absolute path of a file that contains the secret, without ".."',
  "{combined: /a, mode: 644}": "f:5:30 certs[0].deploy[0].mode: a private key must not be " +
    'accessible to every user; use "0600" or "0640"',
  "{source: pkcs12, dest: /a, password_file: /p, mode: 604}":
    "f:5:61 certs[0].deploy[0].mode: a private key must not be accessible to every user; " +
    'use "0600" or "0640"',
  "{pkcs12: /a, password_fil: /p}":
    'f:5:22 certs[0].deploy[0].password_fil: unknown key; did you mean "password_file"?',
};

pureTest("an entry whose keys do not go together says which, and what does", async () => {
  for (const [entry, invalid] of Object.entries(DIAGNOSTICS)) {
    await assertDiagnostics(fileWith(entry), invalid);
  }
});

pureTest("files with a private key are for their owner only, the rest for all", () => {
  assert.deepEqual(TARGET_KINDS.filter((what) => defaultMode(what) === 0o600), [
    "privkey",
    "combined",
    "pkcs12",
    "bundle",
  ]);
  assert.deepEqual(
    TARGET_KINDS.filter((what) => defaultMode(what) === 0o644).length,
    TARGET_KINDS.length - 4,
  );
});

pureTest("a password file may be for many targets, and is none itself", async () => {
  await assertDiagnostics(
    fileWith(
      "{pkcs12: /a, password_file: /p}",
      "{combined: /b, password_file: /p}",
      "cert: /p",
    ),
    'f:7:15 certs[0].deploy[2].cert: "/p" is already used by certs[0].deploy[0].password_file (line 5)',
  );
});
