import assert from "node:assert/strict";
import { loadConfig } from "../../../lib/config/load.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";

const SECRETS: Readonly<Record<string, string>> = {
  "flat": "vault_secret_id: hunter2",
  "in auth": "auth: {method: approle, role_id: r, secret_id: hunter2}",
};

/** Loads a file of this mode with one line under `config`, and gives what is said against it. */
async function complaint(line: string, mode: number, name = "vcm.yaml"): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-exposed-" });
  const path = `${await Deno.realPath(directory)}/${name}`;
  try {
    await Deno.writeTextFile(path, `config:\n  ${line}\ncerts: []\n`);
    await Deno.chmod(path, mode);
    await loadConfig(path);
    return "";
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll(path, "FILE");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const [where, line] of Object.entries(SECRETS)) {
  Deno.test(`loadConfig() refuses a secret id that others may read: ${where}`, async () => {
    const cases: [number, string][] = [
      [0o644, "every user"],
      [0o604, "every user"],
      [0o640, "its group"],
      [0o440, "its group"],
    ];
    for (const [mode, reader] of cases) {
      assert.equal(
        await complaint(line, mode),
        `FILE: contains a secret id and is readable by ${reader}; fix: chmod go-r FILE, or move ` +
          `the secret id to "auth.secret_id_file"`,
        mode.toString(8),
      );
    }
  });

  Deno.test(`loadConfig() accepts a secret id that only the owner may read: ${where}`, async () => {
    for (const mode of [0o600, 0o400, 0o711]) assert.equal(await complaint(line, mode), "");
  });
}

Deno.test("loadConfig() accepts a readable file that contains no secret id", async () => {
  const lines = [
    "vault_role_id: r",
    "auth: {method: approle, role_id: r, secret_id_file: /etc/vcm/secret-id}",
    "auth: {method: cert}",
    "token_file: /etc/vcm/token",
  ];
  for (const line of lines) assert.equal(await complaint(line, 0o644), "", line);
});

Deno.test("the fix for a readable secret id can be pasted into a shell", async () => {
  const message = await complaint("vault_secret_id: s", 0o644, "my vcm.yaml");
  assert.ok(message.includes("fix: chmod go-r 'FILE', or move"), message);
});
