import { CommandError, runQuietly } from "../../scripts/command.ts";
import { fetchNpmFile } from "../../scripts/fetch_npm.ts";
import { filesBelow } from "../../scripts/files_below.ts";
import { ROOT } from "../../scripts/project.ts";
import { runTests } from "../run_tests.ts";
import { fetchOnce } from "../support/part.ts";
import { passed, skipped, type Step } from "./step.ts";

/** The newest one on npm when this was last looked at. */
const VERSION = "2.9.6";

const PACKAGES: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "@deno/linux-x64-glibc",
  "aarch64-unknown-linux-gnu": "@deno/linux-arm64-glibc",
};

const SYSTEM_FILES =
  'with limited permissions it does not let VCM look at "/sys/fs/selinux/enforce"';

/** Tests that show what would have to change in VCM with that version, and why they fail there. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  "tests/unit/cli/main_files_test.ts": SYSTEM_FILES,
  "tests/unit/cli/services_test.ts": SYSTEM_FILES,
  "tests/unit/tools/init/write_first_file_test.ts": "the system's words for EEXIST differ",
  "tests/unit/vault/wire/tls_name_test.ts": "node:tls reports failed checks in other words",
};

/** What a change of the pinned version would bring. */
export const newerDeno: Step = {
  name: "newer-deno",
  title:
    `Deno ${VERSION} formats, lints and checks the sources as the pinned one, and runs the unit tests`,
  async run() {
    const npm = PACKAGES[Deno.build.target];
    if (npm === undefined) return skipped(`no package of Deno is known for ${Deno.build.target}`);
    const part = await fetchOnce(`deno-${VERSION}`, async (work) => {
      const path = `${work}/deno-${VERSION}`;
      await Deno.writeFile(path, await fetchNpmFile(`${npm}@${VERSION}`, "deno"));
      await Deno.chmod(path, 0o755);
    });
    if (part.kind === "missing") return skipped(part.reason);
    const problems: string[] = [];
    for (const args of [["fmt", "--check"], ["lint"], ["check"]]) {
      try {
        await runQuietly([part.path, ...args], { cwd: ROOT, env: { NO_COLOR: "1" } });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        problems.push(error.message);
      }
    }
    for (const [path, difference] of Object.entries(DIFFERENCES)) {
      console.log(`left out: ${path}: ${difference}`);
    }
    const files = await filesBelow("tests/unit");
    const { counts, failed } = await runTests({
      flags: ["-A"],
      paths: files.filter((path) => path.endsWith("_test.ts") && !(path in DIFFERENCES)),
      deno: part.path,
      minutes: 15,
    });
    problems.push(...failed.map((name) => `unit test: ${name}`));
    if (problems.length > 0) throw new Error(problems.join("\n"));
    const left = Object.keys(DIFFERENCES).length;
    return passed(
      `${counts.passed} unit tests passed; ${left} files with known differences left out`,
    );
  },
};
