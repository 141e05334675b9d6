/** Earlier sets in the archive, and the way back to one that docs/configuration.md describes. */
import { readdirSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace } from "./user_site.ts";

// Root is needed, as it is for a machine.
const test = await testsNeeding("machine");

const NAME = "web.example.com";

test("three renewals leave two earlier sets, and the documented way leads back to one", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(`  - name: "${NAME}"
    keep: 2
    deploy:
      - fullchain: "FOLDER/ssl/server.crt"
      - privkey: "FOLDER/ssl/server.key"
`);
  const keys: string[] = [];
  for (let times = 0; times < 4; times++) {
    const { code, stderr } = await place.vcm(["issue", "--force"]);
    assert.equal(code, 0, stderr);
    keys.push(await Deno.readTextFile(place.at(`store/${NAME}/privkey.pem`)));
  }
  const archive = place.at(`store/archive/${NAME}`);
  const versions = readdirSync(archive).sort();
  assert.equal(versions.length, 2);
  const kept = versions.map((version) =>
    Deno.readTextFileSync(`${archive}/${version}/privkey.pem`)
  );
  assert.deepEqual(new Set(kept), new Set(keys.slice(1, 3)));

  const document = await Deno.readTextFile("docs/configuration.md");
  const [, line = ""] = /^vcm (rollback .* )20260131T120000Z$/m.exec(document) ?? [];
  assert.equal(line, `rollback ${NAME} `, "the document shows the way");
  const { code, stderr } = await place.vcm([...line.trim().split(" "), versions[0] ?? "", "--yes"]);
  assert.equal(code, 0, stderr);
  assert.equal(await Deno.readTextFile(place.at("ssl/server.key")), kept[0]);
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");
});
