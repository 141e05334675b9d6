import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";

const EXAMPLE = new URL("../../../vcm.yaml.example", import.meta.url);

Deno.test("vcm.yaml.example is a valid configuration", async () => {
  const config = await parseConfig(await Deno.readTextFile(EXAMPLE), "vcm.yaml.example");
  assert.deepEqual(
    config.certificates.map(({ name, role, targets, services }) => [
      ...[name, role],
      targets.map(({ what, path }) => `${what} ${path}`),
      services.map(({ id, control, order }) => `${control} ${id} ${order}`),
    ]),
    [
      [
        "web.example.com",
        "internal-service",
        ["fullchain /etc/nginx/ssl/web.crt", "privkey /etc/nginx/ssl/web.key"],
        ["reload nginx.service 0"],
      ],
      [
        "db.example.com",
        "database",
        ["cert /etc/postgresql/ssl/server.crt", "privkey /etc/postgresql/ssl/server.key"],
        ["try-reload-or-restart postgresql.service 10", "signal docker:pgbouncer 0"],
      ],
      ["*.apps.example.com", "internal-service", [], []],
      ["web-rsa", "internal-rsa", [], []],
    ],
  );
});

Deno.test("vcm.yaml.example is valid with its commented-out keys as well", async () => {
  const text = await Deno.readTextFile(EXAMPLE);
  // The second of two alternatives for one key stays out, as both at once would be a duplicate.
  const all = text.replaceAll(/^( *)# ([a-z_]+: \S+)$/gm, (line, indent, key) => {
    return key.startsWith("vault_ssl_verify") ? line : indent + key;
  });
  const whole = all.replace(/^# (defaults:)\n#( {2}.*)\n#( {2}.*)$/m, "$1\n$2\n$3");
  const { vault, logFile, certificates } = await parseConfig(whole, "vcm.yaml.example");
  assert.deepEqual([vault.namespace, logFile], ["team/web", "/var/log/vcm.log"]);
  assert.equal(certificates[1]?.targets[0]?.group, "ssl-cert");
});
