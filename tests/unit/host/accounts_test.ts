/** Owners and groups as this host knows them, by its real files and its real getent. */
import assert from "node:assert/strict";
import { lookUpAccounts, parseIds } from "../../../lib/host/accounts.ts";

const UNKNOWN = "no-such-account-here";

Deno.test("root is known by its name, as owner and as group", async () => {
  const book = await lookUpAccounts(["root"], ["root"]);
  assert.deepEqual(book.owner("root"), { kind: "given", name: "root", id: 0 });
  assert.deepEqual(book.group("root"), { kind: "given", name: "root", id: 0 });
  assert.deepEqual([book.ownerName(0), book.groupName(0)], ["root", "root"]);
});

Deno.test("an unknown name does not make others unknown", async () => {
  const book = await lookUpAccounts([UNKNOWN, "root", `${UNKNOWN}-2`], [UNKNOWN]);
  assert.deepEqual(book.owner(UNKNOWN), { kind: "unknown", name: UNKNOWN });
  assert.deepEqual(book.group(UNKNOWN), { kind: "unknown", name: UNKNOWN });
  assert.deepEqual(book.owner("root"), { kind: "given", name: "root", id: 0 });
});

Deno.test("a name never becomes an option of getent", async () => {
  const name = "--service=nothing";
  assert.deepEqual((await lookUpAccounts([name], [])).owner(name), { kind: "unknown", name });
});

Deno.test("a number is itself, whether or not an account has it", async () => {
  const book = await lookUpAccounts(["0", "54321"], ["00012"]);
  assert.deepEqual(book.owner("54321"), { kind: "given", name: "54321", id: 54321 });
  assert.deepEqual(book.group("00012"), { kind: "given", name: "00012", id: 12 });
  assert.deepEqual([book.ownerName(54321), book.groupName(54321)], ["54321", "54321"]);
});

Deno.test("an account that the file does not set is unspecified", async () => {
  const book = await lookUpAccounts([], []);
  assert.deepEqual(book.owner(undefined), { kind: "unspecified" });
  assert.deepEqual(book.group(undefined), { kind: "unspecified" });
});

Deno.test("a user's name is not a group's", async () => {
  // On every Linux there are groups whose name no user has.
  const users = parseIds(Deno.readTextFileSync("/etc/passwd"));
  const groups = parseIds(Deno.readTextFileSync("/etc/group"));
  const name = [...groups.keys()].find((group) => !users.has(group)) ?? "";
  const book = await lookUpAccounts([name], [name]);
  assert.deepEqual(book.owner(name), { kind: "unknown", name });
  assert.deepEqual(book.group(name), { kind: "given", name, id: groups.get(name) ?? -1 });
});

Deno.test("parseIds() uses the first of two lines, and ignores invalid lines", () => {
  const text = "a:x:1:1::/:/bin/sh\n+::::::\na:x:2:2::/:\nb:x::\nc:*:3\n\n# d:x:4\nlong\n";
  const expected = [["a", 1], ["c", 3], ["# d", 4]];
  assert.deepEqual([...parseIds(text)], expected);
});
