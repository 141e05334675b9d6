/** What was received and could not be stored, and directories that cannot be read. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import type { FileChange, FileError } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertInOrder } from "./crash_checks.ts";
import { makeSite, NAMES, type Site } from "./crash_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

const [A] = NAMES;

async function withSite(service: "loads" | "reads the store", run: (site: Site) => Promise<void>) {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await using site = await makeSite(bao, { renews: true, service });
  await site.reset();
  await run(site);
}

/** Steps after the answer, each of which fails from then on. */
const STEPS: readonly (readonly [FileChange, FileError])[] = [
  [{ call: "rename", path: `store/.new-${A}`, nth: 1 }, "EBUSY"],
  [{ call: "rename", path: `store/${A}`, nth: 2 }, "EXDEV"],
  [{ call: "fsync", path: `store/.room-${A}/privkey.pem`, nth: 1 }, "EIO"],
  [{ call: "ftruncate", path: `store/.room-${A}/chain.pem`, nth: 1 }, "ESTALE"],
  [{ call: "rename", path: `store/.room-${A}`, nth: 1 }, "EROFS"],
  [{ call: "rename", path: `store/.pending/.command:loader-${A}.vcm-new`, nth: 1 }, "EDQUOT"],
];

test("what was received and could not be stored is stored by the next run, without asking", async () => {
  for (const [change, error] of STEPS) {
    await withSite("reads the store", async (site) => {
      const failed = await site.disturb(change, error, true);
      const said = failed.stdout + failed.stderr;
      assert.ok(failed.met, JSON.stringify(change));
      assert.equal(site.asked(), NAMES.length);
      if (error !== "EXDEV") {
        assert.equal(failed.code, 1, said);
        // A command that issues nothing leaves it alone.
        assert.equal((await site.vcm("deploy")).code, 0);
        const staged = await Deno.lstat(`${site.directory}/store/.new-${A}/privkey.pem`);
        assert.equal((staged.mode ?? 0) & 0o7777, 0o600);
        const check = await site.vcm("check");
        assert.match(check.stdout, /received a new one and could not store it/);
      }
      const next = await site.vcm("run");
      assert.equal(next.code, 0, next.stdout + next.stderr);
      assert.equal(site.asked(), NAMES.length, `asked again after ${error} at ${change.path}`);
      await assertInOrder(site);
    });
  }
});

test("what was received is not stored if it is no longer what is desired, or if --force asks", async () => {
  for (const how of ["other names", "--force", "damaged"]) {
    await withSite("reads the store", async (site) => {
      const change = { call: "rename", path: `store/.new-${A}`, nth: 1 };
      await site.disturb(change, "EBUSY", true);
      const config = `${site.directory}/vcm.yaml`;
      if (how === "other names") {
        const text = await Deno.readTextFile(config);
        await Deno.writeTextFile(
          config,
          text.replace(`"${A}"`, `"${A}","common_name":"other.crash.test"`),
        );
      }
      if (how === "damaged") {
        await Deno.truncate(`${site.directory}/store/.new-${A}/privkey.pem`, 20);
      }
      const args = how === "--force" ? ["issue", "--force", A] : ["run"];
      const next = await site.vcm(...args);
      assert.equal(next.code, 0, next.stdout + next.stderr);
      assert.equal(site.asked(), NAMES.length + 1, how);
      // "issue" leaves the service's action to a run.
      assert.equal((await site.vcm("run")).code, 0);
      assert.equal((await site.vcm("check")).code, 0);
      assert.equal((await site.vcm("run")).stdout, "Nothing to do: 2 certificates in order\n");
    });
  }
});

test("what could not even be staged is asked for again after an hour, not by the next run", async () => {
  for (const error of ["ENOSPC", "EDQUOT"] as const) {
    await withSite("reads the store", async (site) => {
      // The first write makes room, the second one is the answer.
      const change = { call: "write", path: `store/.room-${A}/chain.pem`, nth: 2 };
      const failed = await site.disturb(change, error, true);
      const said = failed.stdout + failed.stderr;
      assert.deepEqual([failed.met, failed.code], [true, 1], said);
      const record = `${site.directory}/store/.refused-answer-${A}`;
      const { at } = JSON.parse(await Deno.readTextFile(record));
      const next = new Date(Date.parse(at) + 3_600_000).toISOString().slice(0, 16);
      assert.ok(said.includes(`${A}: the next try is from ${next.replace("T", " ")} UTC`), said);
      for (let runs = 0; runs < 2; runs++) {
        const { code, stdout } = await site.vcm("run");
        assert.equal(code, 1);
        assert.match(
          stdout,
          /Cannot write the new certificate .*; 1 certificate was issued in vain/,
        );
        assert.equal(site.asked(), NAMES.length);
      }
      assert.equal((await site.vcm("issue", "--force", A)).code, 0);
      assert.equal((await site.vcm("run")).code, 0);
      assert.equal(site.asked(), NAMES.length + 1);
      await assertInOrder(site);
    });
  }
});

test("a directory that cannot be read is never empty", async () => {
  await withSite("loads", async (site) => {
    assert.equal((await site.vcm("run")).code, 0);
    await Deno.writeTextFile(
      `${site.directory}/store/.pending/command:loader`,
      `command:loader has to load new files\ncertificate: ${A}\n`,
    );
    for (const path of ["store/.pending", "store"]) {
      const change = { call: "getdents64", path, nth: 1 };
      const { met, code, stdout, stderr } = await site.disturb(change, "EIO", true);
      assert.ok(met);
      if (path === "store/.pending") {
        assert.equal(code, 1, stdout + stderr);
        assert.match(stdout, /Cannot read ".*\/store\/\.pending": input\/output error/);
      } else assert.doesNotMatch(stdout, /Nothing to do/);
    }
    assert.equal((await site.vcm("run")).code, 0);
    assert.equal((await site.vcm("check")).code, 0);
  });
});
