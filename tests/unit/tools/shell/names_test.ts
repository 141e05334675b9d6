import assert from "node:assert/strict";
import { main } from "../../../../lib/cli/main.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { makeSite } from "../../../support/fixtures_site.ts";

function namesTest(name: string, text: string, stdout: string, mode = 0o600): void {
  Deno.test({
    name,
    permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
    fn: async () => {
      await using site = await makeSite(text);
      await Deno.chmod(site.config, mode);
      const host = fakeHost();
      assert.equal(await main(["names", "--config", site.config], host), 0);
      assert.deepEqual([host.stdout(), host.stderr()], [stdout, ""]);
    },
  });
}

const CERTS = `config: {pki: pki, role: web}
certs: [{name: web.example.com}, {name: "$(odd) 'name'", common_name: odd}, {name: "-dash"}]
`;

namesTest(
  "names prints one name a line, in the file's order, and as they are",
  CERTS.replace("-dash", "a.b"),
  "web.example.com\n$(odd) 'name'\na.b\n",
);
namesTest("names of no certificates are nothing", "config: {}\ncerts: []\n", "");
namesTest("names prints no diagnostic of the file", `${CERTS}nonsense: 1\n`, "");
namesTest("names prints nothing for a file that is not YAML", "certs: [", "");
namesTest("names reads no file that anybody may write to", CERTS, "", 0o666);
