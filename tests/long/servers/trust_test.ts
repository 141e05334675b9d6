/** docs/trust.md on a host that has a certificate: the programs of the host then trust the CA. */
import { assert } from "../../e2e/assert.ts";
import { testsNeeding } from "../../support/tests_needing.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";
import { startServerHost } from "./server_host.ts";

const test = await testsNeeding("openbao", "machine", "servers");
const NAME = "web.example.com";

test("by docs/trust.md, a host trusts the CA of its certificate", async () => {
  await using scene = await startServerHost();
  const [, section = ""] = readDocument("docs/trust.md").split("\n## Debian and Ubuntu\n");
  const [yaml = ""] = blocks(section, "yaml");
  await scene.configure(yaml.replace(/^[^]*?certs:\n/, ""));
  const set = `${scene.directory}/store/${NAME}`;
  const files = ["-untrusted", `${set}/chain.pem`, `${set}/cert.pem`];
  const verify = () =>
    scene.machine.exec(["openssl", "verify", "-CApath", "/etc/ssl/certs", "-no-CAfile", ...files]);
  assert.equal((await scene.vcm("issue")).code, 0);
  assert.notEqual((await verify()).code, 0);
  const { code, stdout, stderr } = await scene.vcm("run");
  assert.equal(code, 0, stdout + stderr);
  assert.equal((await verify()).code, 0);
});
