import assert from "node:assert/strict";
import { UNWAITING_READER } from "../../../lib/host/read_unwaiting.ts";
import { makeFolder } from "../../support/rig.ts";

Deno.test("a file is read to its last byte, and what is not there is absent", () => {
  using folder = makeFolder();
  const text = "\ufeffä\n" + "x".repeat(100_000);
  folder.write("file", text);
  assert.deepEqual(UNWAITING_READER.text(folder.at("file")), { kind: "present", value: text });
  assert.deepEqual(UNWAITING_READER.bytes(folder.at("file")), {
    kind: "present",
    value: Deno.readFileSync(folder.at("file")),
  });
  assert.deepEqual(UNWAITING_READER.text(folder.at("none")), { kind: "absent" });
});

Deno.test("a pipe, a folder and an endless file are unreadable, at once", () => {
  using folder = makeFolder();
  new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).outputSync();
  Deno.mkdirSync(folder.at("folder"));
  folder.write("big", "");
  Deno.truncateSync(folder.at("big"), 2 ** 40);
  const problem = (name: string, why: string) => ({
    kind: "unreadable",
    problem: `Cannot read "${folder.at(name)}": ${why}`,
  });
  assert.deepEqual(
    ["pipe", "folder", "big"].map((name) => UNWAITING_READER.text(folder.at(name))),
    [
      problem("pipe", "is no regular file"),
      problem("folder", "is a directory"),
      problem("big", "is bigger than 4 MiB"),
    ],
  );
});
