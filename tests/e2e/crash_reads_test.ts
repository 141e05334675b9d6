/** Commands that meet an error at any system call by which they read a file or a directory. */
import { parseCertificate } from "../../lib/certificate/certificate.ts";
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
import { NAMES, type Site } from "./crash_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

/** What is said of each error: by node's functions, and by the runtime's own. */
const SAID = {
  EIO: "i/o error|input/output error",
  EACCES: "permission denied|is not readable by this user",
  ESTALE: "stale file handle",
  EMFILE: "too many open files",
  ENOMEM: "cannot allocate memory|not enough memory",
} as const;

type ReadError = keyof typeof SAID;

interface Trial {
  readonly read: FileChange;
  readonly error: ReadError;
  /** It is met at all further calls of this name and path, too. */
  readonly lasting: boolean;
}

interface Scene {
  readonly command: string;
  readonly service: "judges" | "reads the store";
  /** Brings the host from the start, with sets to renew, to where the command is tried. */
  readonly prepare: (site: Site) => Promise<void>;
  /** There is nothing to do. */
  readonly isIdle?: true;
  /** The other certificate is as far as chance had it. */
  readonly differs?: true;
}

const [A, B] = NAMES;

/** A run is killed before a change. */
function killedBefore(call: string, path: string): Scene["prepare"] {
  return async (site) => {
    assert.ok((await site.disturb({ call, path, nth: 1 }, "kill")).met);
  };
}

async function ran(site: Site): Promise<void> {
  assert.equal((await site.vcm("run")).code, 0);
}

const SCENES: Readonly<Record<string, Scene>> = {
  "a check with nothing to do": { command: "check", service: "judges", prepare: ran, isIdle: true },
  "a run with nothing to do": { command: "run", service: "judges", prepare: ran, isIdle: true },
  "a run that renews": {
    command: "run",
    service: "judges",
    prepare: () => Promise.resolve(),
  },
  "a run after one that was killed while it staged": {
    command: "run",
    service: "reads the store",
    prepare: killedBefore("rename", `store/.room-${A}`),
    differs: true,
  },
};

/** One error for each call that all further calls share, and one for each single call. */
function makeTrials(reads: readonly FileChange[]): readonly Trial[] {
  const errors = Object.keys(SAID) as ReadError[];
  // The runtime itself resolves each path anew, by the same calls. Both certificates are alike.
  const some = reads.filter(({ call, path, nth }) =>
    (call !== "readlink" || nth === 1) && !path.includes(B)
  );
  return some.flatMap((read, at) => {
    const opens = /^open/.test(read.call);
    const usual = opens ? errors : errors.filter((error) => error !== "EMFILE");
    const [one = "EIO", other = "EIO"] = [usual[at % usual.length], usual[(at + 1) % usual.length]];
    const single = { read, error: one, lasting: false };
    return read.nth === 1 ? [single, { read, error: other, lasting: true }] : [single];
  });
}

for (const [which, { command, service, prepare, isIdle, differs }] of Object.entries(SCENES)) {
  test(`${which} takes nothing that it cannot read for absent`, async () => {
    await using bao = await startOpenBao();
    const login: AppRoleLogin = await setUpPki(bao);
    let due: number | undefined;
    const counts = { harmless: 0, failed: 0, issued: 0 };
    const { changes, trials, seconds } = await tryEach(bao, { renews: true, service, login }, {
      prepare,
      ...(differs && { lanes: 1 }),
      record: async (site) => {
        const { reads } = await site.recordReads(command);
        // A server's answer that the killed run did not stage is lost.
        due = differs ? undefined : site.issued().length;
        return reads;
      },
      makeTrials,
    }, async (site, { read, error, lasting }) => {
      const before = await lookAt(site);
      const run = await site.disturb(read, error, lasting, command);
      // How often a thread makes the same call can differ, but not whether it does.
      assert.ok(run.met || read.nth > 1, run.stdout + run.stderr);
      await assertNothingHalf(site, before);
      assertTold(site, { read, error, lasting }, run);
      assert.deepEqual(await wasted(site), []);
      assertLoggedOut(site);
      counts[run.code === 0 ? "harmless" : "failed"]++;
      if (isIdle) assert.deepEqual(await lookAt(site), before);
      const next = await site.vcm("run");
      assert.equal(next.code, 0, next.stdout + next.stderr);
      await assertInOrder(site);
      counts.issued += site.issued().length;
      // What the killed run had staged is stored.
      if (due === undefined) assert.ok(!site.issued().includes(await serialOf(site, A)));
      else assert.ok(site.issued().length <= due, "asked again for nothing");
    });
    console.log(
      `Gave ${which} ${trials} errors at ${changes} calls that read (${seconds} s): ` +
        `${counts.harmless} did no harm, ${counts.failed} were told; ${counts.issued} ` +
        "certificates were issued and none wasted",
    );
  });
}

async function serialOf({ directory }: Site, name: string): Promise<string> {
  return parseCertificate(await Deno.readTextFile(`${directory}/store/${name}/cert.pem`)).serial;
}

/** What is said of an error that a second look did not meet, or that seemed to be a limit. */
const ONCE = /could not be read below ".*" at first, and can be now|needs \d+ more open files/;

/** Asserts that it is harmless, or told with the error and where it was, and never as an absence. */
function assertTold(
  site: Site,
  { read, error, lasting }: Trial,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): void {
  const said = stdout + stderr;
  assert.doesNotMatch(said, /^\s+at |file:\/\/|panicked|Uncaught|os error|internal error/m);
  assert.doesNotMatch(said, /no such file|does not exist|is missing|not there/i);
  if (code === 0) return;
  // The runtime hides which error it met while it listed a directory.
  const words = read.call === "getdents64" ? `${SAID[error]}|${SAID.EIO}` : SAID[error];
  if (!lasting && ONCE.test(said)) return;
  assert.match(said, new RegExp(`${site.directory}.*: .*(${words})`, "im"));
}
