/** Pending actions that cannot be written: no file is replaced without one. */
import assert from "node:assert/strict";
import { deploy, NotDeployedError } from "../../../lib/apply/deploy.ts";
import { writePendingAction } from "../../../lib/store/pending_action.ts";
import type { TargetStep } from "../../../lib/plan/target_types.ts";
import { type Directory, makeDirectory, modeOf, rejectionOf } from "../../support/rig.ts";
import { deployStep, failures, issueStep, localWriters, withRig } from "../apply/plans.ts";

const SERVICE = "nginx.service";
const PENDING_ACTION = `.pending/${SERVICE}`;
const TEXT = `${SERVICE} has to load new files\ncertificate: web\n`;

Deno.test("writePendingAction() replaces a link in the pending action's place, and leaves what it led to", async () => {
  using store = makeDirectory();
  store.write("victim", "mine", 0o640);
  for (const aim of ["victim", "nowhere"]) {
    Deno.mkdirSync(store.at(".pending"), { recursive: true });
    Deno.symlinkSync(store.at(aim), store.at(PENDING_ACTION));
    await writePendingAction(store.path, SERVICE, "web");
    assert.equal(Deno.lstatSync(store.at(PENDING_ACTION)).isFile, true);
    assert.equal(store.read(PENDING_ACTION), TEXT);
    assert.deepEqual([store.read("victim"), modeOf(store.at("victim"))], ["mine", "640"]);
    assert.deepEqual(store.tree(), [".pending/", PENDING_ACTION, "victim"]);
    Deno.removeSync(store.at(PENDING_ACTION));
  }
});

Deno.test("writePendingAction() replaces a link in the temporary file's place", async () => {
  using store = makeDirectory();
  store.write("victim", "mine");
  Deno.mkdirSync(store.at(".pending"));
  Deno.symlinkSync(store.at("victim"), store.at(`.pending/.${SERVICE}.vcm-new`));
  assert.equal(await writePendingAction(store.path, SERVICE, "web"), true);
  assert.deepEqual([store.read("victim"), store.read(PENDING_ACTION)], ["mine", TEXT]);
  assert.deepEqual(store.tree(), [".pending/", PENDING_ACTION, "victim"]);
});

Deno.test("writePendingAction() tells a new record from an existing one", async () => {
  using store = makeDirectory();
  assert.equal(await writePendingAction(store.path, SERVICE, "web"), true);
  assert.equal(await writePendingAction(store.path, SERVICE, "web"), false);
});

/** What is in the way of a pending action. */
const IN_THE_WAY: Readonly<Record<string, (store: Directory) => void>> = {
  "a file in the directory's place": (store) => store.write(".pending", "x"),
  "a directory in the record's place": (store) => store.write(`${PENDING_ACTION}/x`, "x"),
  "a directory in the temporary file's place": (store) =>
    store.write(`.pending/.${SERVICE}.vcm-new/x`, "x"),
};

for (const [what, put] of Object.entries(IN_THE_WAY)) {
  Deno.test(`a pending action that cannot be written keeps all as it is: ${what}`, async () => {
    using directory = makeDirectory();
    put(directory);
    directory.write("ssl/web.crt", "old\n");
    // A pending action's temporary file is no pending action, and the next pending action's way.
    const tree = () => directory.tree().filter((name) => name !== `.pending/.${SERVICE}.vcm-new`);
    const before = tree();
    const targets: TargetStep[] = [{
      what: "cert",
      path: directory.at("ssl/web.crt"),
      drift: [{ kind: "content" }],
      mode: 0o644,
      createDirs: false,
    }];
    const error = await rejectionOf(deploy({
      targets,
      revocable: false,
      content: () => "new\n",
      beforeFirstRename: () => writePendingAction(directory.path, SERVICE, "web"),
      afterRename: () => assert.fail("it was replaced"),
    }, localWriters()));
    // The cause is the system's word for it, which differs from one file system to another.
    const beginning = `Cannot write the pending action "${directory.at(PENDING_ACTION)}": `;
    assert.equal(error.message.slice(0, beginning.length), beginning);
    assert.match(error.message.slice(beginning.length), /^[a-z ]+$/);
    assert.ok(error instanceof NotDeployedError);
    assert.equal(directory.read("ssl/web.crt"), "old\n");
    assert.deepEqual(tree(), before);
  });
}

Deno.test("apply() removes the first pending action if the second cannot be written", () =>
  withRig(async ({ directory, plan, run }) => {
    const name = "web.example.test";
    directory.write("store/.pending/b.service/in-the-way", "x");
    const step = {
      ...deployStep(directory, name, [{ kind: "missing" }]),
      services: ["a.service", "b.service"],
    };
    const said = failures(await run(plan(issueStep(name), step)));
    assert.equal(said.length, 1);
    assert.match(
      said[0]?.join(" ") ?? "",
      /^failed deploy web\.example\.test Cannot write the pending action ".*\/b\.service": /,
    );
    const tree = directory.tree();
    assert.equal(tree.includes("store/.pending/a.service"), false);
    assert.equal(tree.some((path) => /^ssl\/./.test(path)), false);
  }));
