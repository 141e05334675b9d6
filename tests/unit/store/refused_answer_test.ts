/** The record of answers that could not be used: what is written is read, and nothing damaged is trusted. */
import assert from "node:assert/strict";
import {
  readRefusedAnswers,
  removeRefusedAnswer,
  writeRefusedAnswer,
} from "../../../lib/store/refused_answer.ts";
import { errorOf, makeDirectory, modeOf, rejectionOf } from "../../support/rig.ts";

const NAME = "web.example.test";
const FILE = `.refused-answer-${NAME}`;
const RECORD = {
  at: new Date("2026-12-01T10:00:00.123Z"),
  count: 3,
  reason: 'its key is rsa-2048, but "key_type" asks for ec-256',
  entry: "0a1b",
};

const read = (store: string) => readRefusedAnswers(store, [NAME]).get(NAME);

Deno.test("what is written is read, by nobody else", async () => {
  using store = makeDirectory();
  await writeRefusedAnswer(store.path, NAME, RECORD);
  assert.deepEqual(read(store.path), { kind: "present", value: RECORD });
  assert.deepEqual([store.tree(), modeOf(store.at(FILE))], [[FILE], "600"]);
  removeRefusedAnswer(store.path, NAME);
  removeRefusedAnswer(store.path, NAME);
  assert.deepEqual([store.tree(), read(store.path)], [[], { kind: "absent" }]);
});

Deno.test("a damaged record counts as one answer at the time of its file", () => {
  using store = makeDirectory();
  const whole = JSON.stringify(RECORD);
  const damaged = [
    "",
    whole.slice(0, 60),
    "null",
    "[]",
    "\0".repeat(300),
    whole.replace("2026-12", "2026-99"),
    whole.replace(":3", ":0"),
    whole.replace(":3", ":-1e9"),
    whole.replace(":3", ':"3"'),
    whole.replace('"entry"', '"other"'),
  ];
  const mtime = new Date("2026-11-30T08:00:00Z");
  for (const text of damaged) {
    store.write(FILE, text);
    Deno.utimeSync(store.at(FILE), mtime, mtime);
    const found = read(store.path);
    assert.ok(found?.kind === "present", text);
    const { reason, ...rest } = found.value;
    assert.deepEqual(rest, { at: mtime, count: 1 }, text);
    assert.ok(reason.includes(`"${store.at(FILE)}" is damaged`), reason);
  }
});

Deno.test("a reason keeps to its line", async () => {
  using store = makeDirectory();
  await writeRefusedAnswer(store.path, NAME, { ...RECORD, reason: "a\n\x1b[31mb" });
  const found = read(store.path);
  assert.equal(found?.kind === "present" && found.value.reason, "a\ufffd\ufffd[31mb");
});

Deno.test("what is not a file is neither waited for nor taken for none", async () => {
  using store = makeDirectory();
  const path = store.at(FILE);
  const problem = `"${path}" is not a regular file; fix: rm -r ${path}`;
  store.write(`${FILE}/file`, "x");
  assert.deepEqual(read(store.path), { kind: "unreadable", problem });
  assert.match(
    errorOf(() => removeRefusedAnswer(store.path, NAME)).message,
    /^Cannot remove ".*": .*; fix: rm -r /,
  );
  assert.match(
    (await rejectionOf(writeRefusedAnswer(store.path, NAME, RECORD))).message,
    /^Cannot write ".*": .* a directory$/,
  );
  assert.deepEqual(store.tree(), [`${FILE}/`, `${FILE}/file`]);
  Deno.removeSync(path, { recursive: true });
  assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
  assert.deepEqual(read(store.path), { kind: "unreadable", problem });
});
