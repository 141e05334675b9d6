import assert from "node:assert/strict";
import { plainCause } from "../../../lib/text/plain_cause.ts";
import { readFolder, readInfo, readText } from "../../../lib/host/read.ts";
import { makeFolder } from "../../support/rig.ts";

Deno.test("what is not there is absent", () => {
  using folder = makeFolder();
  for (const look of [readText, readInfo, readFolder]) {
    assert.deepEqual(look(folder.at("none")), { kind: "absent" });
    assert.deepEqual(look(folder.at("none/deeper")), { kind: "absent" });
  }
});

Deno.test("what lies behind a file is unreadable, never absent", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  const path = folder.at("file/cert.pem");
  for (const look of [readText, readInfo, readFolder]) {
    const problem = `Cannot read "${path}": not a directory`;
    assert.deepEqual(look(path), { kind: "unreadable", problem });
  }
});

Deno.test("what may not be read is unreadable, never absent", () => {
  // Root may read it all; there the test above stands for it.
  if (Deno.uid() === 0) return;
  using folder = makeFolder();
  folder.write("closed/file", "x", 0o000);
  const denied = (path: string) => `Cannot read "${path}": permission denied; run as root`;
  const file = folder.at("closed/file");
  assert.deepEqual(readText(file), { kind: "unreadable", problem: denied(file) });
  Deno.chmodSync(folder.at("closed"), 0o000);
  assert.deepEqual(readInfo(file), { kind: "unreadable", problem: denied(file) });
  const closed = folder.at("closed");
  assert.deepEqual(readFolder(closed), { kind: "unreadable", problem: denied(closed) });
  Deno.chmodSync(closed, 0o700);
});

Deno.test("a folder is no text, and a file no folder", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  const text = readText(folder.path);
  const problem = `Cannot read "${folder.path}": is a directory`;
  assert.deepEqual(text, { kind: "unreadable", problem });
  assert.equal(readFolder(folder.at("file")).kind, "unreadable");
});

Deno.test("links are looked at themselves, and read through", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  Deno.symlinkSync("file", folder.at("link"));
  Deno.symlinkSync("none", folder.at("dangling"));
  Deno.symlinkSync("loop", folder.at("loop"));
  for (const name of ["link", "dangling", "loop"]) {
    const info = readInfo(folder.at(name));
    assert.ok(info.kind === "present" && info.value.isSymlink);
  }
  assert.deepEqual(readText(folder.at("link")), { kind: "present", value: "x" });
  assert.equal(readText(folder.at("loop")).kind, "unreadable");
  // With scoped permissions the runtime takes a link to nowhere for a loop.
  assert.notEqual(readText(folder.at("dangling")).kind, "present");
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
