/** What an earlier run left and cannot be read is a problem of its certificate, never "nothing". */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { CUT_PEM } from "../../support/fixtures.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder } from "../../support/fixtures_site.ts";

const NAME = "web.example.com";
const SERVICE = "    service: [{name: vcm-test, control: restart}]\n";

/** A directory stands for a file that cannot be read. */
const LEFT: Readonly<Record<string, string>> = {
  "a record of files that no service has validated": `store/.pending-validation-${NAME}`,
  "a set that was received": `store/.new-${NAME}/cert.pem`,
  "the key of a set that was received": `store/.new-${NAME}/privkey.pem`,
  "a pending action that may pass to a service": "store/.pending/removed.service",
};

for (const [what, path] of Object.entries(LEFT)) {
  Deno.test({
    name: `${what} that cannot be read is told, and no file changes`,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSiteInOrder();
      await site.configure(await Deno.readTextFile(site.config) + SERVICE);
      await Deno.mkdir(site.path(path), { recursive: true });
      const host = fakeHost({ env: { VCM_CONFIG: site.config } });
      assert.equal(await main(["check"], host), 3);
      assert.match(
        host.stdout(),
        new RegExp(`${NAME}: Cannot read "${site.path(path)}": is a dir`),
      );
      await Deno.writeTextFile(site.path("web.crt"), CUT_PEM);
      const again = fakeHost({ env: { VCM_CONFIG: site.config } });
      assert.equal(await main(["run"], again), 1);
      assert.match(again.stdout(), /^failed {2}.*is a directory\n/);
      assert.equal(await Deno.readTextFile(site.path("web.crt")), CUT_PEM);
      assert.ok((await Deno.lstat(site.path(path))).isDirectory);
    },
  });
}
