/** Which open files programs inherit: those that VCM's caller left open, and none of VCM's own. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, pairIn } from "./user_site.ts";

const test = await testsNeeding("machine");

test("validate and command inherit what the caller left open, and nothing of VCM's own", async () => {
  await using place = await makeUsersPlace();
  const { directory } = place;
  await Deno.mkdir(place.at("ssl"));
  await Deno.writeTextFile(place.at("left-open"), "x");
  // Copies the names of its open files: those of a shell that lists them would be there too.
  const spy = place.at("spy");
  const script = '#!/bin/sh\nreadlink /proc/$$/fd/* > "$1"; true\n';
  await Deno.writeTextFile(spy, script, { mode: 0o755 });
  await place.configure(`${pairIn("ssl")}    service:
      - name: x
        command: ["${spy}", "${directory}/acted"]
        validate: ["${spy}", "${directory}/validated"]
`);
  const path = place.at("vcm.yaml");
  const text = await Deno.readTextFile(path);
  const more = `config:\n  log_file: "${directory}/vcm.log"\n`;
  await Deno.writeTextFile(path, text.replace("config:\n", more));
  const { code, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'exec 7< "$0/left-open"; exec "$0/vcm" run --config "$0/vcm.yaml"', directory],
    clearEnv: true,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  for (const name of ["acted", "validated"]) {
    const open = (await Deno.readTextFile(place.at(name))).trim().split("\n");
    const files = open.filter((path) => path.startsWith("/") && !path.startsWith("/dev/"));
    // The script itself, and the file that it writes.
    assert.deepEqual(
      files.filter((path) => path !== spy && path !== place.at(name)),
      [place.at("left-open")],
      name,
    );
  }
});
