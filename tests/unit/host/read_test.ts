import assert from "node:assert/strict";
import { plainCause } from "../../../lib/text/plain_cause.ts";
import { observe, readDirectory, readInfo, readText } from "../../../lib/host/read.ts";
import { makeDirectory } from "../../support/rig.ts";

Deno.test("what is not there is absent", () => {
  using directory = makeDirectory();
  for (const look of [readText, readInfo, readDirectory]) {
    assert.deepEqual(look(directory.at("none")), { kind: "absent" });
    assert.deepEqual(look(directory.at("none/deeper")), { kind: "absent" });
  }
});

Deno.test("a path below a file is unreadable, never absent", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  const path = directory.at("file/cert.pem");
  for (const look of [readText, readInfo, readDirectory]) {
    const problem = `Cannot read "${path}": not a directory`;
    assert.deepEqual(look(path), { kind: "unreadable", problem });
  }
});

Deno.test("what may not be read is unreadable, never absent", () => {
  // Root may read it all; there the test above stands for it.
  if (Deno.uid() === 0) return;
  using directory = makeDirectory();
  directory.write("closed/file", "x", 0o000);
  const denied = (path: string) => `Cannot read "${path}": permission denied; run as root`;
  const file = directory.at("closed/file");
  assert.deepEqual(readText(file), { kind: "unreadable", problem: denied(file) });
  Deno.chmodSync(directory.at("closed"), 0o000);
  assert.deepEqual(readInfo(file), { kind: "unreadable", problem: denied(file) });
  const closed = directory.at("closed");
  assert.deepEqual(readDirectory(closed), { kind: "unreadable", problem: denied(closed) });
  Deno.chmodSync(closed, 0o700);
});

Deno.test("a directory is no text, and a file no directory", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  const text = readText(directory.path);
  const problem = `Cannot read "${directory.path}": is a directory`;
  assert.deepEqual(text, { kind: "unreadable", problem });
  assert.equal(readDirectory(directory.at("file")).kind, "unreadable");
});

Deno.test("links are looked at themselves, and read through", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  Deno.symlinkSync("file", directory.at("link"));
  Deno.symlinkSync("none", directory.at("dangling"));
  Deno.symlinkSync("loop", directory.at("loop"));
  for (const name of ["link", "dangling", "loop"]) {
    const info = readInfo(directory.at(name));
    assert.ok(info.kind === "present" && info.value.isSymlink);
  }
  assert.deepEqual(readText(directory.at("link")), { kind: "present", value: "x" });
  assert.equal(readText(directory.at("loop")).kind, "unreadable");
  // With scoped permissions the runtime takes a link to nowhere for a loop.
  assert.notEqual(readText(directory.at("dangling")).kind, "present");
});

Deno.test("plainCause() leaves the system's own words", () => {
  const words = {
    "Permission denied (os error 13): readfile '/a'": "permission denied",
    "EACCES: permission denied, open '/a, b'": "permission denied",
    "ENOENT: no such file or directory, rename '/a' -> '/b'": "no such file or directory",
    "ENOSPC: no space left on device, write": "no space left on device",
    "no key": "no key",
  };
  for (const [message, plain] of Object.entries(words)) {
    assert.equal(plainCause(new Error(message)), plain);
  }
  assert.equal(plainCause("Text"), "text");
});

Deno.test({
  name: "what a worker may not read has the system's words, whatever the worker may ask",
  permissions: "none",
  fn: () => {
    const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    const found = observe("/x", () => {
      throw denied;
    });
    assert.deepEqual(found, { kind: "unreadable", problem: 'Cannot read "/x": permission denied' });
  },
});
