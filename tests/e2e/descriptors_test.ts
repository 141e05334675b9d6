/** Which open files programs inherit: those that VCM's caller left open, and none of VCM's own. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, pairIn } from "./user_site.ts";

const test = await testsNeeding("machine");

test("a run with few descriptors does less at one time, or says before any request how many it needs", async () => {
  await using place = await makeUsersPlace();
  await Deno.mkdir(place.at("ssl"));
  const names = Array.from({ length: 20 }, (_, at) => `n${at}.demo.internal`);
  const certs = names.map((name) =>
    `  - name: "${name}"\n    deploy:\n      - fullchain: "FOLDER/ssl/${name}.crt"\n` +
    `      - privkey: "FOLDER/ssl/${name}.key"\n`
  );
  const service = '    service:\n      - {name: x, command: ["true"], validate: ["true"]}\n';
  await place.configure(certs.join("") + service);
  const ends: Record<number, string> = {};
  // Below 14 the runtime itself does not start.
  for (const limit of [14, 16, 20, 24, 28, 32, 40, 44, 46, 47, 48, 50, 56, 64]) {
    await Deno.remove(place.at("store"), { recursive: true }).catch(() => undefined);
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: [
        "-c",
        `ulimit -n ${limit}; exec "$@"`,
        "sh",
        place.at("vcm"),
        ...["run", "--config", place.at("vcm.yaml")],
      ],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
      stdin: "null",
    }).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assert.doesNotMatch(said, /panicked|\bat file:/, `${limit}: ${said}`);
    const done = /^Done: 20 issued, 40 files deployed, 1 service action; 0 failed/m.test(said);
    const told =
      /^error: VCM needs \d+ more open files .*its limit allows \d+; nothing was done; fix: /m
        .test(said);
    const unread = /^error: .*Cannot .*: too many open files(?:; raise the limit .*)?$/m.test(said);
    assert.equal(code, done ? 0 : 1, `${limit}: ${said}`);
    ends[limit] = done ? "done" : told ? "told" : unread ? "not read" : said;
  }
  for (const limit of [14, 16, 20, 24, 28, 32, 40, 44]) {
    assert.ok(["told", "not read"].includes(ends[limit] ?? ""), `${limit}: ${ends[limit]}`);
  }
  for (const limit of [50, 56, 64]) assert.equal(ends[limit], "done", `${limit}`);
  console.log(`Open files and the end of a run: ${JSON.stringify(ends)}`);
});

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
