/** A bundle in the file: what goes with it, and what may not lie in it. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";
import { defined } from "../../support/defined.ts";

function fileWith(...entries: string[]): string {
  const lines = entries.map((entry) => `      - ${entry}\n`).join("");
  return `config: {pki: p, role: r}\ncerts:\n  - name: web\n    deploy:\n${lines}`;
}

pureTest(
  "a bundle is given in short or in long, with owner, group, mode and directories",
  async () => {
    const rest = "owner: haproxy, group: ssl, mode: 0640, create_dirs: true";
    for (const form of ["bundle: /etc/web", "source: bundle, dest: /etc/web"]) {
      const { certificates } = defined(await parseConfig(fileWith(`{${form}, ${rest}}`), "f"));
      assert.deepEqual(certificates[0]?.targets, [{
        what: "bundle",
        path: "/etc/web",
        owner: "haproxy",
        group: "ssl",
        mode: 0o640,
        createDirs: true,
      }]);
    }
  },
);

const DIAGNOSTICS: Readonly<Record<string, string>> = {
  "{bundle: /a, source: cert}":
    'f:5:22 certs[0].deploy[0].source: cannot be combined with "bundle"; ' +
    'use either "bundle: PATH" or "source" and "dest"',
  "{bundle: /a, cert: /b}":
    'f:5:22 certs[0].deploy[0].cert: one entry deploys one file, and "bundle" is set already; ' +
    "make this a separate entry",
  "{bundle: /a, order: key-first}":
    'f:5:22 certs[0].deploy[0].order: is allowed only with "combined"',
  "{bundle: /a, password_file: /p}":
    'f:5:22 certs[0].deploy[0].password_file: is allowed only with "privkey", "combined" and "pkcs12"',
  "{bundle: /a, in_place: true}":
    'f:5:22 certs[0].deploy[0].in_place: is not allowed with "bundle", which is replaced as a whole',
  "{bundle: /a, overwrite: true}":
    'f:5:22 certs[0].deploy[0].overwrite: is not allowed with "bundle", which replaces only a bundle',
  "{bundel: /a}": 'f:5:10 certs[0].deploy[0].bundel: unknown key; did you mean "bundle"?',
  "{bundle: a}": "f:5:18 certs[0].deploy[0].bundle: expected the absolute path of a file, " +
    'without "..", got "a"',
  "{bundle: /a, mode: 0644}": "f:5:28 certs[0].deploy[0].mode: a private key must not be " +
    'accessible to every user; use "0600" or "0640"',
};

pureTest("an entry whose keys do not go with a bundle says so", async () => {
  for (const [entry, invalid] of Object.entries(DIAGNOSTICS)) {
    await assertDiagnostics(fileWith(entry), invalid);
  }
});

pureTest("no other target is in a bundle, or at its path", async () => {
  await assertDiagnostics(
    fileWith("bundle: /d/web", "cert: /d/web/extra/a.crt", "cert: /d/web.crt", "bundle: /d/web"),
    "f:6:15 certs[0].deploy[1].cert: is inside a directory that is replaced as a whole by " +
      "certs[0].deploy[0].bundle (line 5)",
    'f:8:17 certs[0].deploy[3].bundle: "/d/web" is already used by ' +
      "certs[0].deploy[0].bundle (line 5)",
  );
  await assertDiagnostics(
    fileWith("bundle: /d/web/inner", "bundle: /d/web"),
    "f:5:17 certs[0].deploy[0].bundle: is inside a directory that is replaced as a whole by " +
      "certs[0].deploy[1].bundle (line 6)",
  );
  await assertDiagnostics(
    fileWith("bundle: /var/lib/vcm"),
    "f:5:17 certs[0].deploy[0].bundle: must not contain the store /var/lib/vcm/certs",
  );
});
