/** A run that meets an error of the disk at any of its file-changing system calls. */
import { existsSync } from "node:fs";
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import type { FileChange } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { assertInOrder, assertNothingHalf, lookAt } from "./crash_checks.ts";
import { tryEach } from "./crash_points.ts";
import { NAMES, type Site, type Start } from "./crash_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

const STARTS: Readonly<Record<string, Start>> = {
  "a first run": { renews: false, service: "loads" },
  "a run that renews what is judged": { renews: true, service: "judges" },
  "a run that renews for readers of the store": { renews: true, service: "reads the store" },
};

/** What is said of each error: by node's functions, and by the runtime's own. */
const SAID = {
  ENOSPC: "no space left on device",
  EIO: "i/o error|input/output error",
  EACCES: "permission denied",
  EROFS: "read-only file system",
  EDQUOT: "disk quota exceeded",
  ESTALE: "stale file handle",
  EMFILE: "too many open files",
  EBUSY: "(?:device or )?resource busy",
} as const;

const ERRORS = Object.keys(SAID) as readonly (keyof typeof SAID)[];

interface Trial {
  readonly change: FileChange;
  readonly error: keyof typeof SAID;
  /** It is met at all further calls of this name and path, too. */
  readonly lasting: boolean;
}

/**
 * One error for each change, in turn among those of one system call; more where there are too few
 * of them for each error to come up.
 */
function makeTrials(changes: readonly FileChange[]): readonly Trial[] {
  return [...Map.groupBy(changes, ({ call }) => call).values()].flatMap((alike) => {
    const count = Math.max(alike.length, ERRORS.length);
    return Array.from({ length: count }, (_, at) => {
      const change = alike[at % alike.length];
      const error = ERRORS[at % ERRORS.length];
      assert.ok(change !== undefined && error !== undefined);
      return { change, error, lasting: at % 3 === 0 };
    });
  });
}

/** What a run can do without: its log, a directory that is there, clearing up, and the archive. */
function mayFail({ call, path }: FileChange): boolean {
  return path === "log" || path.endsWith(".vcm-old") || path.startsWith("store/.old-") ||
    path.startsWith("store/archive") ||
    (call === "unlink" && path.startsWith("store/.pending-validation-")) ||
    (call === "fsync" && path === "store") || (call === "mkdir" && path.startsWith("store"));
}

for (const [which, start] of Object.entries(STARTS)) {
  test(`${which} names an error at any change, and the next run heals it`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    const { changes, trials, seconds } = await tryEach(
      bao,
      start,
      makeTrials,
      async (site, { change, error, lasting }) => {
        const before = await lookAt(site);
        const run = await site.disturb(change, error, lasting);
        const said = run.stdout + run.stderr;
        assert.ok(run.met, said);
        const { stored } = await assertNothingHalf(site, before);
        assertNamed(site.directory, { change, error, lasting }, run);
        // What fails for one certificate does not hold the other up.
        const free = NAMES.filter((name) => !change.path.includes(name));
        if (run.code === 0) assert.deepEqual(stored, NAMES);
        else if (free.length === 1) {
          assert.deepEqual(
            free,
            stored.filter((name) => free.includes(name)),
          );
        }

        // Nothing but a write into the reserved room itself can lose what the server sent.
        const mayLose = change.call === "write" && change.path.startsWith("store/.room-");
        const lost = NAMES.filter((name) => isRefused(site, name));
        assert.ok(lost.length <= (mayLose ? 1 : 0), `${lost} in vain`);
        for (const name of lost) await assertWaits(site, name);
        const next = await site.vcm("run");
        assert.equal(next.code, 0, next.stdout + next.stderr);
        await assertInOrder(site);
        assert.equal(site.asked() - NAMES.length, lost.length, "asked in vain");
      },
    );
    console.log(
      `Gave ${which} ${trials} errors at ${changes} changes (${seconds} s), at each kind of call ` +
        ERRORS.join(", "),
    );
  });
}

function isRefused({ directory }: Site, name: string): boolean {
  return existsSync(`${directory}/store/.refused-answer-${name}`);
}

/** Asserts that a run does not ask again for what was issued in vain, and asks for it by hand. */
async function assertWaits(site: Site, name: string): Promise<void> {
  const asked = site.asked();
  const { code, stdout } = await site.vcm("run");
  assert.equal(code, 1);
  assert.match(stdout, /1 certificate was issued in vain, .*; the next try is from /);
  assert.equal(site.asked(), asked);
  assert.equal((await site.vcm("issue", "--force", name)).code, 0);
}

/** Asserts that one line tells the error and where it was, and that nothing came to a stack. */
function assertNamed(
  directory: string,
  { change, error }: Trial,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): void {
  const said = stdout + stderr;
  assert.doesNotMatch(said, /^\s+at |file:\/\/|panicked|Uncaught/m);
  if (code === 0 && mayFail(change)) {
    if (change.path === "log") {
      assert.match(stderr, new RegExp(`"${directory}/log": .*${SAID[error]}`, "i"));
    }
    return;
  }
  assert.equal(code, 1, said);
  assert.match(said, new RegExp(`^(error: |failed ).*"${directory}/.*: (${SAID[error]})`, "m"));
}
