/** `vcm revoke`, killed or failing at any of its file-changing system calls, and while it waits for the server. */
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import type { Fault } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import {
  assertArchiveWhole,
  assertTruth,
  makeRevokeSite,
  type RevokeSite,
  storedKeys,
} from "./revoke_site.ts";

const test = await testsNeeding("openbao", "strace");

const NAMES = ["a.crash.test", "b.crash.test"];
const [A = ""] = NAMES;

/** Sites that are worked on at one time. */
const LANES = 3;

/** The commands that finish what was begun. */
const FINISHERS = ["run", "issue", "revoke"] as const;

async function finish(site: RevokeSite, by: typeof FINISHERS[number], pending: readonly string[]) {
  const args = by === "revoke" ? ["revoke", "--yes", ...pending] : [by];
  const { code, stdout, stderr } = await site.vcm(...args);
  assert.equal(code, 0, stdout + stderr);
  for (const name of pending) {
    assert.equal(await site.isPending(name), false, `${name} is still pending after ${by}`);
    assert.equal(await site.isRevoked(name), true, `${name} is not revoked by ${by}`);
    assert.notEqual(await site.stored(name), site.serials[name], `${name} is still in the store`);
  }
  await assertArchiveWhole(site);
}

async function assertInOrder(site: RevokeSite): Promise<void> {
  for (const command of ["run", "check", "doctor"]) {
    const { code, stdout, stderr } = await site.vcm(command);
    assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  }
}

/** Tries all, some at one time; then those that failed are told. */
async function tryInLanes<T>(
  trials: readonly T[],
  tryOne: (trial: T, at: number) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  const waiting = trials.entries();
  const trySome = async () => {
    for (const [at, trial] of waiting) {
      try {
        await tryOne(trial, at);
      } catch (error) {
        failures.push(`${JSON.stringify(trial)}: ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, trySome));
  assert.deepEqual(failures, []);
}

interface Sweep {
  readonly names: readonly string[];
  readonly options: readonly string[];
  /** What happens instead of a call. */
  readonly fault: (call: string) => Fault;
}

/** Calls that need room; the others fail on a file system that can only be read. */
const NEED_ROOM = /^(open|write|pwrite|mkdir|fsync)/;

const SWEEPS: Readonly<Record<string, Sweep>> = {
  "killed": { names: NAMES, options: ["--forget-key"], fault: () => "kill" },
  "with a disk that is full or read-only": {
    names: [A],
    options: [],
    fault: (call) => NEED_ROOM.test(call) ? "ENOSPC" : "EROFS",
  },
};

for (const [how, { names, options, fault: faultOf }] of Object.entries(SWEEPS)) {
  test(`vcm revoke ${how} at any change tells the truth, and is finished`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    const line = ["revoke", "--yes", ...options, ...names];
    const changes = await (async () => {
      await using site = await makeRevokeSite(bao, names, { keep: 3 });
      return await site.record(...line);
    })();
    const trials = changes.map((change) => ({ fault: faultOf(change.call), change }));
    const states = { untouched: 0, pending: 0, done: 0 };
    await tryInLanes(trials, async ({ fault, change }, at) => {
      const by = FINISHERS[at % FINISHERS.length] ?? "run";
      await using site = await makeRevokeSite(bao, names, { keep: 3 });
      const keys = await Promise.all(names.map((name) => site.read(`store/${name}/privkey.pem`)));
      const { met, code, stdout, stderr } = await site.disturb(change, fault, ...line);
      assert.ok(met, `it did not come to that: ${stdout}${stderr}`);
      const pending = await assertTruth(site);
      await assertArchiveWhole(site);
      if (fault !== "kill") {
        assert.equal(
          code === 0,
          (await Promise.all(names.map(site.isRevoked))).every(Boolean) &&
            pending.length === 0,
          `status ${code}: ${stdout}${stderr}`,
        );
        assert.doesNotMatch(stdout + stderr, /\bat file:|ENOSPC|EROFS|os error/);
      }
      for (const name of names) {
        if (pending.includes(name)) states.pending++;
        else if (await site.isRevoked(name)) states.done++;
        else states.untouched++;
      }
      if (by !== "revoke" || pending.length > 0) await finish(site, by, pending);
      const revoked = await Promise.all(names.map(site.isRevoked));
      if (options.includes("--forget-key")) {
        const left = storedKeys(site);
        keys.forEach((key, at) => assert.equal(left.includes(key), revoked[at] === false));
      }
      await assertInOrder(site);
    });
    const { untouched, pending, done } = states;
    assert.ok(untouched > 0 && pending > 0 && done > 0);
    console.log(
      `vcm revoke ${how} at ${trials.length} points: of ${names.length * trials.length} ` +
        `certificates, ${untouched} were untouched, ${pending} pending, ${done} revoked and archived`,
    );
  });
}

for (const when of ["before", "after"] as const) {
  test(`vcm revoke killed ${when} the server revokes, while it waits for the answer`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    for (const by of FINISHERS) {
      await using site = await makeRevokeSite(bao, [A]);
      const spawned = Promise.withResolvers<Deno.ChildProcess>();
      const front = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        async (request) => {
          const body = await request.text();
          if (when === "after") {
            const { pathname } = new URL(request.url);
            await (await fetch(`${bao.address}${pathname}`, {
              method: request.method,
              headers: request.headers,
              body,
            })).body?.cancel();
          }
          (await spawned.promise).kill("SIGKILL");
          return new Response("", { status: 500 });
        },
      );
      await site.configure([A], `http://127.0.0.1:${front.addr.port}`);
      const victim = new Deno.Command(await compiledVcm(), {
        args: ["revoke", "--yes", A, "--config", `${site.directory}/vcm.yaml`],
        clearEnv: true,
        env: { VAULT_TOKEN: bao.token },
        stdin: "null",
        stdout: "null",
        stderr: "null",
        cwd: "/",
      }).spawn();
      spawned.resolve(victim);
      assert.equal((await victim.status).signal, "SIGKILL");
      await front.shutdown();
      await site.configure();
      assert.equal(await site.isRevoked(A), when === "after");
      assert.deepEqual(await assertTruth(site), [A]);
      // What may be revoked is deployed nowhere.
      await Deno.remove(`${site.directory}/ssl/${A}.crt`);
      assert.equal((await site.vcm("deploy")).code, 1);
      await finish(site, by, [A]);
      await assertInOrder(site);
    }
  });
}

/** A host on which `vcm revoke` was killed after the server had revoked. */
async function makeHalf(bao: OpenBao): Promise<RevokeSite> {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await makeRevokeSite(bao, [A], { keep: 1 }));
  const move = { call: "mkdir", path: "store/archive", nth: 1 };
  const { met } = await site.disturb(move, "kill", "revoke", "--yes", "--forget-key", A);
  assert.deepEqual([met, await site.isRevoked(A), await site.isPending(A)], [true, true, true]);
  stack.move();
  return site;
}

test("the run that finishes a revocation may be killed, too", async () => {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  const changes = await (async () => {
    await using site = await makeHalf(bao);
    return (await site.record("run")).filter(({ path }) => /revocation|archive|^store/.test(path));
  })();
  let pending = 0;
  await tryInLanes(changes, async (change) => {
    await using site = await makeHalf(bao);
    const key = await site.read(`store/${A}/privkey.pem`);
    assert.ok((await site.disturb(change, "kill", "run")).met);
    if (await site.isPending(A)) {
      pending++;
      const { code, stdout } = await site.vcm("check");
      assert.ok(code !== 0 && stdout.includes(site.serials[A] ?? ""), stdout);
    } else assert.notEqual(await site.stored(A), site.serials[A]);
    await finish(site, "run", [A]);
    assert.equal(storedKeys(site).includes(key), false);
    await assertInOrder(site);
  });
  assert.ok(pending > 0 && pending < changes.length);
  console.log(`Killed a run at ${changes.length} changes of the store; ${pending} times pending`);
});
