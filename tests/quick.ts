/**
 * `deno task quick [REVISION]`: the unit tests of the modules that changed since a revision, HEAD
 * unless one is given. No fuzz tests, no RSA keys, nothing that waits: for the seconds between two
 * edits. It says what it runs and what it leaves out; `deno task ok` leaves nothing out.
 */
import { CommandError, runQuietly } from "../scripts/command.ts";
import { filesBelow } from "../scripts/files_below.ts";
import { closingLine } from "../scripts/junit.ts";
import { ROOT } from "../scripts/project.ts";
import { runTests, secondsSince, UNIT_PERMISSIONS } from "./run_tests.ts";

/** Test files that make RSA keys, wait, or look at very many inputs. */
export const SLOW_FILES: ReadonlySet<string> = new Set([
  "tests/unit/vault/pki/read_trust_test.ts",
  "tests/unit/apply/services/await_served_test.ts",
  "tests/unit/apply/services/pid_file_test.ts",
  "tests/unit/apply/commands/user_process_test.ts",
  "tests/unit/certificate/chain_test.ts",
  "tests/unit/certificate/encrypted_test.ts",
  "tests/unit/certificate/every_path_test.ts",
  "tests/unit/certificate/inventory_test.ts",
  "tests/unit/certificate/key_match_test.ts",
  "tests/unit/certificate/key_type_test.ts",
  "tests/unit/certificate/plain_certificate_test.ts",
  "tests/unit/cli/formats_test.ts",
  "tests/unit/cli/lock_test.ts",
  "tests/unit/config/syntax_test.ts",
  "tests/unit/host/command_late_test.ts",
  "tests/unit/host/command_output_test.ts",
  "tests/unit/observe/expected_test.ts",
  "tests/unit/plan/window_test.ts",
  "tests/unit/scripts/simulate_test.ts",
  "tests/unit/store/store_race_test.ts",
  "tests/unit/tools/init/bounds_test.ts",
  "tests/unit/tools/init/init_test.ts",
  "tests/unit/vault/access/client_certificate_test.ts",
  "tests/unit/vault/access/client_key_kinds_test.ts",
  "tests/unit/vault/pki/check_issued_test.ts",
  "tests/unit/vault/pki/reused_key_test.ts",
  "tests/unit/vault/pki/signing_request_test.ts",
  "tests/unit/vault/pki/weak_chain_test.ts",
]);

/** Which unit tests belong to changed files, and which of these files have none. */
export interface Coverage {
  /** Directories of tests, sorted; a module need not have one. */
  readonly directories: readonly string[];
  readonly uncovered: readonly string[];
}

if (import.meta.main) {
  try {
    Deno.exit(await quick(Deno.args[0] ?? "HEAD"));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(2);
  }
}

async function quick(revision: string): Promise<number> {
  const start = performance.now();
  const changed = await changedFiles(ROOT, revision);
  if (changed.length === 0) {
    console.log(
      `Nothing has changed since ${revision}. To test a branch: deno task quick main`,
    );
    return 0;
  }
  const { directories, uncovered } = coverageOf(changed);
  for (const file of uncovered) console.log(`Not tested here, only by "deno task ok": ${file}`);
  // Named one by one: with several directories, "deno test --ignore" forgets some of the files.
  const tests = (await Promise.all(directories.map((directory) => filesBelow(directory)))).flat()
    .filter((path) => path.endsWith("_test.ts"));
  const [slow, paths] = [true, false].map((isSlow) =>
    tests.filter((path) => SLOW_FILES.has(path) === isSlow)
  ) as [string[], string[]];
  for (const file of slow) console.log(`Left out because it is slow: ${file}`);
  if (paths.length === 0) return 0;
  console.log(`${changed.length} files have changed since ${revision}: ${directories.join(" ")}`);
  const { counts, failed } = await runTests({ paths, flags: UNIT_PERMISSIONS });
  for (const name of failed) console.log(`FAILED ${name}`);
  console.log(`${closingLine(counts)}, ${secondsSince(start)}: ${directories.join(" ")}`);
  return counts.failed > 0 ? 1 : 0;
}

/**
 * Paths of files that differ from the place where a revision and the working tree parted, new and
 * deleted ones too. Throws CommandError if git cannot tell.
 */
export async function changedFiles(root: string, revision: string): Promise<string[]> {
  const list = async (...args: readonly string[]) =>
    (await runQuietly(["git", ...args], { cwd: root })).split("\n").filter((line) => line !== "");
  const tracked = await list("diff", "--name-only", "--no-renames", "--merge-base", revision, "--");
  const untracked = await list("ls-files", "--others", "--exclude-standard");
  return [...new Set([...tracked, ...untracked])].sort();
}

/** The tests of a module lie under its own name; a directory of `tools` counts as a module. */
export function coverageOf(changed: readonly string[]): Coverage {
  const directories = new Set<string>();
  const uncovered: string[] = [];
  for (const file of changed) {
    const found = directoriesFor(file);
    if (found.length === 0) uncovered.push(file);
    for (const directory of found) directories.add(directory);
  }
  return { directories: [...directories].sort(), uncovered };
}

function directoriesFor(file: string): readonly string[] {
  const [, module] = /^(?:lib|tests\/unit)\/(tools\/[^/]+|[^/]+)\//.exec(file) ?? [];
  const docs = "tests/unit/docs";
  if (module !== undefined) {
    const own = `tests/unit/${module}`;
    // Imports, words and messages of the program are held against the documents.
    return file.startsWith("lib/") ? [own, docs] : [own];
  }
  if (/^(scripts\/|tests\/bench\/|tests\/[^/]+$)/.test(file)) return ["tests/unit/scripts"];
  return file.endsWith(".md") || file === "vcm.yaml.example" || file === "deno.json" ? [docs] : [];
}
