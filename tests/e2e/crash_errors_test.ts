/** A run that meets an error of the disk at any of its file-changing system calls. */
import { existsSync } from "node:fs";
import { startOpenBao } from "../support/openbao.ts";
import { type AppRoleLogin, setUpPki } from "../support/set_up_pki.ts";
import type { FileChange } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import {
  assertInOrder,
  assertLoggedOut,
  assertNothingHalf,
  lookAt,
  wasted,
} from "./crash_checks.ts";
import { tryEach } from "./crash_points.ts";
import { NAMES, type Site, type Start } from "./crash_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

interface Run {
  readonly start: Omit<Start, "login">;
  /** Paths of the changes that are tried; absent: all. */
  readonly only?: RegExp;
  /** Also with targets that are written in place, a file of metrics and a login. */
  readonly full?: true;
}

const RUNS: Readonly<Record<string, Run>> = {
  "a first run": { start: { renews: false, service: "loads" } },
  "a run that renews what is judged": { start: { renews: true, service: "judges" }, full: true },
  // Before it deploys it does what the one above does.
  "a run that renews in place": {
    start: { renews: true, service: "loads" },
    only: /^(ssl|metrics)/,
    full: true,
  },
  "a run that renews for readers of the store": {
    start: { renews: true, service: "reads the store" },
  },
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
  EXDEV: "invalid cross-device link|cross-device link not permitted",
} as const;

const ERRORS = Object.keys(SAID) as readonly (keyof typeof SAID)[];

interface Trial {
  readonly change: FileChange;
  readonly error: keyof typeof SAID;
  /** It is met at all further calls of this name and path, too. */
  readonly lasting: boolean;
}

/**
 * Errors in turn among the changes of one system call, at least each of them once alone and once for
 * all that follows.
 */
function makeTrials(changes: readonly FileChange[]): readonly Trial[] {
  return [...Map.groupBy(changes, ({ call }) => call)].flatMap(([call, alike]) => {
    const errors = ERRORS.filter((error) => error !== "EXDEV" || /^(rename|link)/.test(call));
    const count = Math.max(alike.length, 2 * errors.length);
    return Array.from({ length: count }, (_, at) => {
      const [round, nth] = [Math.floor(at / errors.length), at % errors.length];
      const change = alike[at % alike.length];
      const error = errors[nth];
      assert.ok(change !== undefined && error !== undefined);
      return { change, error, lasting: (round + nth) % 2 === 0 };
    });
  });
}

/** Also the sync of their directory: the run warns of it. */
function isOfMetrics({ path }: Pick<FileChange, "path">): boolean {
  return /^metrics(?:\/|$)/.test(path);
}

/** What a run can do without: its log and metrics, a directory that is there, clearing up, the archive. */
function mayFail({ call, path }: FileChange): boolean {
  return path === "log" || path.endsWith(".vcm-old") || path.startsWith("store/.old-") ||
    path.startsWith("store/archive") || isOfMetrics({ path }) ||
    (call === "unlink" && path.startsWith("store/.pending-validation-")) ||
    // The answer of the server is written once more.
    (call === "write" && path.startsWith("store/.room-")) ||
    (call === "fsync" && path === "store") || (call === "mkdir" && path.startsWith("store"));
}

/** Where nothing judges the new files, a run goes on without the old ones, and warns of it. */
function isOfKeptFile({ call, path }: FileChange): boolean {
  return call === "linkat" && path.startsWith("ssl/");
}

/** A set whose directory cannot be renamed, as on overlayfs, is switched file by file. */
function isSwitchedOtherwise({ change: { call, path }, error }: Trial): boolean {
  return error === "EXDEV" && call === "rename" && NAMES.some((name) => path === `store/${name}`);
}

for (const [which, { start, only, full }] of Object.entries(RUNS)) {
  test(`${which} names an error at any change, and the next run heals it`, async () => {
    await using bao = await startOpenBao();
    const login: AppRoleLogin = await setUpPki(bao);
    const counts = { issued: 0, wasted: 0, lasting: 0 };
    const { changes, trials, seconds } = await tryEach(
      bao,
      { ...start, ...(full && { login }) },
      { makeTrials: (all) => makeTrials(all.filter(({ path }) => only?.test(path) ?? true)) },
      async (site, { change, error, lasting }) => {
        const before = await lookAt(site);
        const run = await site.disturb(change, error, lasting);
        const said = run.stdout + run.stderr;
        assert.ok(run.met, said);
        const { stored } = await assertNothingHalf(site, before);
        assertNamed(site.directory, { change, error, lasting }, run);
        assertLoggedOut(site);
        const lost = await wasted(site);
        // A disk that takes nothing at all after it took the room can lose what the server sent.
        const mayLose = lasting && change.call === "write" &&
          change.path.startsWith("store/.room-");
        assert.ok(lost.length <= (mayLose ? 1 : 0), `wasted ${lost}: ${said}`);
        // What fails for one certificate does not hold the other up.
        const free = NAMES.filter((name) => !change.path.includes(name));
        if (run.code === 0) assert.deepEqual(stored, NAMES);
        else if (free.length === 1) {
          assert.deepEqual(
            free,
            stored.filter((name) => free.includes(name)),
          );
        }

        for (const name of NAMES) if (isRefused(site, name)) await assertWaits(site, name);
        const next = await site.vcm("run");
        assert.equal(next.code, 0, next.stdout + next.stderr);
        await assertInOrder(site);
        assertLoggedOut(site, 2);
        assert.equal(site.issued().length, NAMES.length + lost.length, "asked again for nothing");
        counts.issued += site.issued().length;
        counts.wasted += lost.length;
        counts.lasting += lasting ? 1 : 0;
      },
    );
    console.log(
      `Gave ${which} ${trials} errors at ${changes} changes (${seconds} s), of which ` +
        `${counts.lasting} lasted: ${ERRORS.join(", ")}; of ${counts.issued} issued certificates ` +
        `${counts.wasted} were wasted`,
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
  trial: Trial,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): void {
  const { change, error } = trial;
  const said = stdout + stderr;
  assert.doesNotMatch(said, /^\s+at |file:\/\/|panicked|Uncaught/m);
  if (code === 0 && isSwitchedOtherwise(trial)) return;
  if (code === 0 && isOfKeptFile(change)) {
    const kept = `^warning: .*Cannot keep "${directory}/${change.path}" as .*: ${SAID[error]}`;
    assert.match(stderr, new RegExp(`${kept}.* cannot be rolled back`, "im"));
    return;
  }
  if (code === 0 && mayFail(change)) {
    if (isOfMetrics(change)) {
      assert.match(
        stderr,
        new RegExp(`^warning: .*"${directory}/metrics/.*: ${SAID[error]}`, "im"),
      );
    }
    if (change.path === "log") {
      assert.match(stderr, new RegExp(`"${directory}/log": .*${SAID[error]}`, "i"));
    }
    return;
  }
  assert.equal(code, 1, said);
  assert.match(said, new RegExp(`^(error: |failed ).*"${directory}/.*: (${SAID[error]})`, "m"));
}
