import { pureTest } from "../../support/pure_test.ts";
import { assertMistakes } from "./diagnostics.ts";

const NEEDS = `"reuse_key" needs "key: local": the server makes a new key each time`;

/** A file with these keys in config, on line 1, and in its one certificate, on line 4. */
function file(config: string, own: string): string {
  return `config: {pki: p, role: r${config}}\ncerts:\n  - name: web\n    {own}\n`
    .replace("{own}", own);
}

pureTest("reuse_key without a key that is made here is refused where it stands", async () => {
  await assertMistakes(file(", reuse_key: true", ""), `f:1:38 config.reuse_key: ${NEEDS}`);
  await assertMistakes(
    file(", key: vault, reuse_key: true", ""),
    `f:1:50 config.reuse_key: ${NEEDS}`,
  );
  await assertMistakes(file("", "reuse_key: true"), `f:4:16 certs[0].reuse_key: ${NEEDS}`);
  await assertMistakes(
    file(", key: vault", "reuse_key: true"),
    `f:4:16 certs[0].reuse_key: ${NEEDS}`,
  );
  await assertMistakes(
    file(", key: local", "reuse_key: true\n    key: vault"),
    `f:4:16 certs[0].reuse_key: ${NEEDS}`,
  );
});

pureTest("key: vault is refused where config says reuse_key", async () => {
  await assertMistakes(
    file(", key: local, reuse_key: true", "key: vault"),
    `f:4:10 certs[0].key: ${NEEDS}`,
  );
});

pureTest("reuse_key is taken where the key is made here, whichever says so", async () => {
  await assertMistakes(file(", key: local, reuse_key: true", ""));
  await assertMistakes(file(", key: local", "reuse_key: true"));
  await assertMistakes(file("", "key: local\n    reuse_key: true"));
  await assertMistakes(file(", key: local, reuse_key: true", "reuse_key: false\n    key: vault"));
  await assertMistakes(file("", "reuse_key: false"));
});

pureTest("reuse_key of config is judged by the key of each certificate", async () => {
  const config = "config: {pki: p, role: r, reuse_key: true}\ncerts:\n  - name: a\n";
  await assertMistakes(`${config}    key: local\n  - {name: b, key: local}\n`);
  await assertMistakes(
    `${config}    key: local\n  - name: b\n  - name: c\n`,
    `f:1:38 config.reuse_key: ${NEEDS}`,
  );
  await assertMistakes(`${config}    reuse_key: false\n  - {name: b, key: local}\n`);
});

pureTest("a key that cannot be read is one mistake, not two", async () => {
  const wanted = `expected one of vault, local, got "here"`;
  await assertMistakes(
    file(", key: here, reuse_key: true", ""),
    `f:1:32 config.key: ${wanted}`,
  );
  await assertMistakes(file(", key: here", "reuse_key: true"), `f:1:32 config.key: ${wanted}`);
  await assertMistakes(
    file("", "reuse_key: true\n    key: here"),
    `f:5:10 certs[0].key: ${wanted}`,
  );
});
