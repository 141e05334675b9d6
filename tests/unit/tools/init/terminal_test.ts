/** A look at real files, of kinds that a careless one waits for, or reads for ever. */
import assert from "node:assert/strict";
import { processHost } from "../../../../lib/command/host.ts";
import { TERMINAL } from "../../../../lib/tools/init/terminal.ts";
import { scanNginx } from "../../../../lib/tools/init/nginx.ts";
import { makeDirectory } from "../../../support/rig.ts";

Deno.test("real() follows links, also dangling ones, and stops if they form a loop", () => {
  using directory = makeDirectory();
  const { at } = directory;
  directory.write("real/x.pem", "");
  Deno.symlinkSync("real", at("link"));
  Deno.symlinkSync("/usr/bin/no-such-program", at("dangling"));
  Deno.symlinkSync("link/new", at("far"));
  Deno.symlinkSync("circle", at("circle"));
  assert.equal(TERMINAL.real(at("link/x.pem")), at("real/x.pem"));
  assert.equal(TERMINAL.real(at("link/none/x.pem")), at("real/none/x.pem"));
  assert.equal(TERMINAL.real(at("dangling")), Deno.realPathSync("/usr/bin") + "/no-such-program");
  assert.equal(TERMINAL.real(at("far")), at("real/new"));
  assert.equal(TERMINAL.real(at("circle")), at("circle"));
});

Deno.test("pipes, devices, directories and huge files are no configuration, and are not waited for", async () => {
  using directory = makeDirectory();
  const { at } = directory;
  const made = await new Deno.Command("mkfifo", { args: [at("pipe")] }).output();
  assert.equal(made.code, 0);
  Deno.mkdirSync(at("directory"));
  Deno.symlinkSync("/dev/zero", at("zero"));
  Deno.symlinkSync("none", at("dangling"));
  directory.write("huge", "# \n");
  Deno.truncateSync(at("huge"), 4 * 1024 * 1024 + 1);
  const names = ["pipe", "directory", "zero", "dangling", "huge"];
  directory.write("nginx.conf", names.map((name) => `include ${name};\n`).join(""));
  const { notes } = scanNginx(at("nginx.conf"), { ...processHost(), ...TERMINAL });
  assert.deepEqual(notes.map(({ at: file, message }) => [file, message]), [
    [at("pipe"), "cannot be read: is not a regular file"],
    [at("directory"), "cannot be read: is a directory"],
    [at("zero"), "cannot be read: is not a regular file"],
    [at("dangling"), "cannot be read: no such file or directory"],
    [at("huge"), "cannot be read: is larger than 4 MiB"],
  ]);
});
