/** What a terminal gets, and what pipes, files and programs get. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeDirectory } from "../../support/rig.ts";

const CONFIG = `config: {vault: "https://v:8200", pki: p, role: r, cert_store: DIR/store}
certs: [{name: web.example.com, deploy: [{cert: DIR/a-directory-that-is-not-there/web.crt}]}]
`;

async function check(line: string, options: Parameters<typeof fakeHost>[0]) {
  using directory = makeDirectory();
  directory.write("vcm.yaml", CONFIG.replaceAll("DIR", directory.path), 0o600);
  const host = fakeHost({ ...options, env: { VCM_CONFIG: directory.at("vcm.yaml") } });
  await main([...line.split(" "), "--no-color"], host);
  return host.stdout();
}

Deno.test("a terminal gets lines that end between words, and a pipe gets whole lines", async () => {
  const piped = await check("check", { columns: 60 });
  assert.match(piped, /^web\.example\.com: .{60,}$/m);
  const read = await check("check", { outIsTerminal: true, columns: 60 });
  assert.match(read, /^web\.example\.com: Directory\n? .*\n {2}\S/m);
  for (const line of read.split("\n")) {
    assert.ok(line.length <= 60 || !line.trim().includes(" "), line);
  }
});

Deno.test("JSON is the same on a terminal", async () => {
  const document = await check("check --json", { outIsTerminal: true, columns: 40 });
  assert.equal(document, `${JSON.stringify(JSON.parse(document), null, 2)}\n`);
});
