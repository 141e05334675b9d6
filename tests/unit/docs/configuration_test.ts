/** The errors that docs/configuration.md shows are those that `vcm validate` prints. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeDirectory } from "../../support/rig.ts";
import { blocks, readDocument } from "./documents.ts";

const SHOWN = blocks(readDocument("docs/configuration.md"), "text")
  .filter((text) => text.startsWith("error: "));

/** Files with the errors, in the order in which the document shows them. */
const FILES: readonly Readonly<Record<string, string>>[] = [
  {
    "vcm.yaml": readDocument("vcm.yaml.example").replace('mode: "0600"\n', 'mod: "0600"\n'),
  },
  {
    "vcm.yaml": 'config: { pki: "p", role: "r" }\n\ninclude: "conf.d/*.yaml"\n\ncerts:\n\n' +
      '  - name: "web"\n',
    "conf.d/web.yaml": 'certs:\n  - name: "a"\n    ttl: "14x"\n  - name: "web"\n',
  },
];

Deno.test("docs/configuration.md shows errors as vcm validate prints them", async () => {
  assert.equal(SHOWN.length, FILES.length);
  for (const [number, files] of FILES.entries()) {
    using directory = makeDirectory();
    for (const [name, text] of Object.entries(files)) directory.write(name, text);
    const host = fakeHost({ uid: Deno.uid() ?? 0 });
    await main(["validate", "--config", directory.at("vcm.yaml")], host);
    assert.equal(host.stderr().replaceAll(`${directory.path}/`, ""), SHOWN[number]);
  }
});
