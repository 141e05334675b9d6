import assert from "node:assert/strict";
import { UNWAITING_READER } from "../../../lib/host/read_unwaiting.ts";
import { makeDirectory } from "../../support/rig.ts";

Deno.test("a file is read to its last byte, and what is not there is absent", () => {
  using directory = makeDirectory();
  const text = "\ufeffä\n" + "x".repeat(100_000);
  directory.write("file", text);
  assert.deepEqual(UNWAITING_READER.text(directory.at("file")), { kind: "present", value: text });
  assert.deepEqual(UNWAITING_READER.bytes(directory.at("file")), {
    kind: "present",
    value: Deno.readFileSync(directory.at("file")),
  });
  assert.deepEqual(UNWAITING_READER.text(directory.at("none")), { kind: "absent" });
});

Deno.test("a pipe, a directory and an endless file are unreadable, at once", () => {
  using directory = makeDirectory();
  new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).outputSync();
  Deno.mkdirSync(directory.at("directory"));
  directory.write("big", "");
  Deno.truncateSync(directory.at("big"), 2 ** 40);
  const problem = (name: string, why: string) => ({
    kind: "unreadable",
    problem: `Cannot read "${directory.at(name)}": ${why}`,
  });
  assert.deepEqual(
    ["pipe", "directory", "big"].map((name) => UNWAITING_READER.text(directory.at(name))),
    [
      problem("pipe", "is not a regular file"),
      problem("directory", "is a directory"),
      problem("big", "is larger than 4 MiB"),
    ],
  );
});
