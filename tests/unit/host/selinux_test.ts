/** The context of what is replaced, with a program in the place of chcon: most hosts have no SELinux. */
import assert from "node:assert/strict";
import { keepContext } from "../../../lib/host/selinux.ts";
import { errorOf, type Folder, makeFolder } from "../../support/rig.ts";

/** A program that notes how it is called, then says something and ends so. */
function program(folder: Folder, said: string, status: number): string {
  folder.write(
    "chcon",
    `#!/bin/sh\necho "$@" >> "${folder.at("calls")}"\necho "${said}" >&2\nexit ${status}\n`,
    0o755,
  );
  folder.write("on", "1");
  folder.write("web.crt", "old");
  return folder.at("chcon");
}

function keep(folder: Folder, chcon: string, mark = "on", replaced = "web.crt"): void {
  keepContext(folder.at(replaced), folder.at(".web.crt.vcm-new"), folder.at(mark), [
    folder.at("none"),
    chcon,
  ]);
}

Deno.test("a new file gets the context of what it will replace, where SELinux is on", () => {
  using folder = makeFolder();
  const chcon = program(folder, "", 0);
  keep(folder, chcon);
  assert.equal(
    folder.read("calls"),
    `-h --reference=${folder.at("web.crt")} -- ${folder.at(".web.crt.vcm-new")}\n`,
  );
});

Deno.test("nothing is called where SELinux is off, or nothing is replaced", () => {
  using folder = makeFolder();
  const chcon = program(folder, "", 0);
  keep(folder, chcon, "off");
  keep(folder, chcon, "on", "web.key");
  assert.equal(folder.tree().includes("calls"), false);
});

Deno.test("a file system without contexts has none to keep; what else goes wrong is said", () => {
  using folder = makeFolder();
  keep(
    folder,
    program(folder, "chcon: failed to get security context: Operation not supported", 1),
  );
  const chcon = program(folder, "chcon: Permission denied", 1);
  assert.equal(
    errorOf(() => keep(folder, chcon)).message,
    `its SELinux context cannot be kept: "${chcon}" failed: chcon: Permission denied`,
  );
  assert.equal(
    errorOf(() => keep(folder, folder.at("none"))).message,
    'its SELinux context cannot be kept: there is no "chcon" on this host; install it, from ' +
      "coreutils",
  );
});
