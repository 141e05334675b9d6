/** The context of what is replaced, with a program in the place of chcon: most hosts have no SELinux. */
import assert from "node:assert/strict";
import { copyContext, hasContext } from "../../../lib/host/selinux.ts";
import { type Directory, errorOf, makeDirectory } from "../../support/rig.ts";

/** A program that notes how it is called, then says something and ends so. */
function program(directory: Directory, said: string, status: number): string {
  directory.write(
    "chcon",
    `#!/bin/sh\necho "$@" >> "${directory.at("calls")}"\necho "${said}" >&2\nexit ${status}\n`,
    0o755,
  );
  directory.write("on", "1");
  directory.write("web.crt", "old");
  return directory.at("chcon");
}

function keep(directory: Directory, chcon: string, mark = "on", replaced = "web.crt"): void {
  if (!hasContext(directory.at(replaced), directory.at(mark))) return;
  copyContext(directory.at(replaced), directory.at(".web.crt.vcm-new"), [
    directory.at("none"),
    chcon,
  ]);
}

Deno.test("a new file gets the context of what it will replace, if SELinux is on", () => {
  using directory = makeDirectory();
  const chcon = program(directory, "", 0);
  keep(directory, chcon);
  assert.equal(
    directory.read("calls"),
    `-h --reference=${directory.at("web.crt")} -- ${directory.at(".web.crt.vcm-new")}\n`,
  );
});

Deno.test("nothing is called if SELinux is off, or nothing is replaced", () => {
  using directory = makeDirectory();
  const chcon = program(directory, "", 0);
  keep(directory, chcon, "off");
  keep(directory, chcon, "on", "web.key");
  assert.equal(directory.tree().includes("calls"), false);
});

Deno.test("a file system without contexts has none to keep; other failures are reported", () => {
  using directory = makeDirectory();
  keep(
    directory,
    program(directory, "chcon: failed to get security context: Operation not supported", 1),
  );
  const chcon = program(directory, "chcon: Permission denied", 1);
  assert.equal(
    errorOf(() => keep(directory, chcon)).message,
    `cannot keep its SELinux context: "${chcon}" failed: chcon: Permission denied`,
  );
  assert.equal(
    errorOf(() => keep(directory, directory.at("none"))).message,
    'cannot keep its SELinux context: "chcon" is not on this host; install ' +
      "coreutils",
  );
});
