import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { Config } from "../../../lib/config/types.ts";

const TEXT = await Deno.readTextFile(new URL("../../../vcm.yaml.example", import.meta.url));
const [SIMPLE = "", OPTIONAL = ""] = TEXT.split(/\n\n/);

/** What a reader gets who removes the "#" of each line of YAML. */
const UNCOMMENTED = OPTIONAL.split("\n").filter((line) => !/^# \S/.test(line))
  .map((line) => line.replace("#", "")).join("\n");

function summaryOf({ certificates }: Config) {
  return certificates.map(({ name, role, targets, services }) => [
    ...[name, role],
    targets.map(({ what, path }) => `${what} ${path}`),
    services.map(({ id, control, order }) => `${control} ${id} ${order}`),
  ]);
}

Deno.test("vcm.yaml.example begins with a complete file of at most 30 lines", async () => {
  assert.ok(SIMPLE.split("\n").length <= 30);
  assert.ok(TEXT.split("\n").length <= 120);
  const simple = [[
    "web.internal.myorg.local",
    "internal-service",
    ["cert /etc/nginx/ssl/web.crt", "privkey /etc/nginx/ssl/web.key"],
    ["reload nginx.service 0"],
  ]];
  for (const text of [SIMPLE, TEXT]) {
    assert.deepEqual(summaryOf(await parseConfig(text, "vcm.yaml.example")), simple);
  }
});

Deno.test("the optional part of vcm.yaml.example is valid without its comment signs", async () => {
  const config = await parseConfig(
    UNCOMMENTED.replace("config:", 'config:\n  pki: "p"\n  role: "r"')
      .replace(/^include:.*$/m, ""),
    "vcm.yaml.example",
  );
  assert.deepEqual(summaryOf(config), [
    [
      "db.internal.myorg.local",
      "database",
      [
        "fullchain /etc/postgresql/ssl/server.crt",
        "privkey /etc/postgresql/ssl/server.key",
        "pkcs12 /etc/app/db.p12",
      ],
      [
        "reload postgresql@15-main.service 0",
        "reload haproxy.service 0",
        "signal docker:pgbouncer 10",
        "signal pid_file:stunnel 0",
        "try-reload-or-restart command:gateway 0",
      ],
    ],
    ["*.apps.internal.myorg.local", "r", [], []],
    ["web-rsa", "internal-rsa", [], []],
  ]);
  assert.deepEqual([config.vault.namespace, config.logFile], ["team/web", "/var/log/vcm.log"]);
  assert.equal(config.certificates[0]?.targets[2]?.group, "ssl-cert");
});
