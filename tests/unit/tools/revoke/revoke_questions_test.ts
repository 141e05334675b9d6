/** `vcm revoke` and the person whom it asks. */
import assert from "node:assert/strict";
import { lockStore } from "../../../../lib/store/lock.ts";
import { benchTest as test, DONE_A } from "./bench.ts";

test("vcm revoke asks before each, and follows the answers", async (bench) => {
  const { vcm, questions, directory, server } = bench;
  const { status, out, err } = await vcm("revoke b.test a.test a.test", {
    canAsk: true,
    ask: (question) => questions.push(question) === 1,
  });
  assert.deepEqual(questions, [
    'Revoke "a.test" (serial 0a:0a, issued by "a.test", valid until 2027-01-30 00:00 UTC)? Peers that check ' +
    "revocation will reject it.",
    'Revoke "b.test" (serial 0b:0b, issued by "b.test", valid until 2027-01-30 00:00 UTC)? Peers that check ' +
    "revocation will reject it.",
  ]);
  assert.deepEqual([status, out, err], [1, `${DONE_A}\n`, "failed  b.test: Not revoked\n"]);
  assert.deepEqual(server.calls(), ["POST pki/revoke"]);
  assert.ok(directory.tree().includes("store/archive/a.test/0a:0a/privkey.pem"));
  assert.ok(directory.tree().includes("store/b.test/privkey.pem"));
});

test("vcm revoke --json asks nothing, so it wants --yes", async ({ vcm, server }) => {
  const { status, err } = await vcm("revoke --json a.test", { canAsk: true });
  assert.equal(status, 2);
  assert.match(err, /^error: No questions with --json: pass --yes too\n/);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke holds neither lock nor login while it waits for an answer", async (bench) => {
  const { vcm, directory, server } = bench;
  let asked = 0;
  const { status, err } = await vcm("revoke a.test", {
    canAsk: true,
    ask: () => {
      asked = server.calls().length;
      lockStore(directory.at("store"))[Symbol.dispose]();
      // Meanwhile a run renews it.
      for (const what of ["cert", "privkey"]) {
        const path = `store/a.test/${what}.pem`;
        directory.write(path, directory.read(path.replace("a.test", "b.test")));
      }
      return true;
    },
  });
  assert.equal(asked, 0);
  assert.deepEqual([status, err], [
    1,
    "failed  a.test: Not revoked: another run replaced it in the meantime\n",
  ]);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke asks all before it revokes the first", async ({ vcm, server, questions }) => {
  const heard: number[] = [];
  const { out } = await vcm("revoke a.test b.test c.test", {
    canAsk: true,
    ask: (question) => {
      heard.push(server.calls().length);
      return questions.push(question) > 0;
    },
  });
  // What has no certificate is not asked about.
  assert.deepEqual(heard, [0, 0]);
  assert.equal(out, `${DONE_A}\n`);
  // The second one by its serial number, which the server does not know, then by certificate.
  assert.deepEqual(server.calls(), Array(3).fill("POST pki/revoke"));
});

test("vcm revoke needs no lock and no server if every answer is no", async (bench) => {
  const { vcm, directory, server } = bench;
  using _lock = lockStore(directory.at("store"));
  const { status, err } = await vcm("revoke a.test b.test", { canAsk: true, ask: () => false });
  assert.deepEqual([status, err], [
    1,
    "failed  a.test: Not revoked\nfailed  b.test: Not revoked\n",
  ]);
  assert.deepEqual(server.calls(), []);
});
