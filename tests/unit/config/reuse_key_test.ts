import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

const NEEDS = `"reuse_key" needs "key: local": the server makes a new key each time`;

/** A file with these keys in config, on line 1, and in its one certificate, on line 4. */
function file(config: string, own: string): string {
  return `config: {pki: p, role: r${config}}\ncerts:\n  - name: web\n    {own}\n`
    .replace("{own}", own);
}

pureTest("reuse_key without a key that is made here is refused at its own place", async () => {
  await assertDiagnostics(file(", reuse_key: true", ""), `f:1:38 config.reuse_key: ${NEEDS}`);
  await assertDiagnostics(
    file(", key: vault, reuse_key: true", ""),
    `f:1:50 config.reuse_key: ${NEEDS}`,
  );
  await assertDiagnostics(file("", "reuse_key: true"), `f:4:16 certs[0].reuse_key: ${NEEDS}`);
  await assertDiagnostics(
    file(", key: vault", "reuse_key: true"),
    `f:4:16 certs[0].reuse_key: ${NEEDS}`,
  );
  await assertDiagnostics(
    file(", key: local", "reuse_key: true\n    key: vault"),
    `f:4:16 certs[0].reuse_key: ${NEEDS}`,
  );
});

pureTest("key: vault is refused if config says reuse_key", async () => {
  await assertDiagnostics(
    file(", key: local, reuse_key: true", "key: vault"),
    `f:4:10 certs[0].key: ${NEEDS}`,
  );
});

pureTest("reuse_key is accepted if the key is made here, whichever entry says so", async () => {
  await assertDiagnostics(file(", key: local, reuse_key: true", ""));
  await assertDiagnostics(file(", key: local", "reuse_key: true"));
  await assertDiagnostics(file("", "key: local\n    reuse_key: true"));
  await assertDiagnostics(
    file(", key: local, reuse_key: true", "reuse_key: false\n    key: vault"),
  );
  await assertDiagnostics(file("", "reuse_key: false"));
});

pureTest("reuse_key of config is checked against the key of each certificate", async () => {
  const config = "config: {pki: p, role: r, reuse_key: true}\ncerts:\n  - name: a\n";
  await assertDiagnostics(`${config}    key: local\n  - {name: b, key: local}\n`);
  await assertDiagnostics(
    `${config}    key: local\n  - name: b\n  - name: c\n`,
    `f:1:38 config.reuse_key: ${NEEDS}`,
  );
  await assertDiagnostics(`${config}    reuse_key: false\n  - {name: b, key: local}\n`);
});

pureTest("a key that cannot be read gives one diagnostic, not two", async () => {
  const wanted = `expected one of vault, local, got "here"`;
  await assertDiagnostics(
    file(", key: here, reuse_key: true", ""),
    `f:1:32 config.key: ${wanted}`,
  );
  await assertDiagnostics(file(", key: here", "reuse_key: true"), `f:1:32 config.key: ${wanted}`);
  await assertDiagnostics(
    file("", "reuse_key: true\n    key: here"),
    `f:5:10 certs[0].key: ${wanted}`,
  );
});
