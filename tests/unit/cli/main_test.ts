/** `main()` where it reads no file. */
import assert from "node:assert/strict";
import { VERSION } from "../../../lib/text/version.ts";
import { commandNamed, COMMANDS } from "../../../lib/command/commands.ts";
import { commandHelp, generalHelp } from "../../../lib/cli/help.ts";
import { main } from "../../../lib/cli/main.ts";
import { manPage } from "../../../lib/tools/shell/man_page.ts";
import { fakeHost, type FakeHostOptions } from "../../support/fixtures_host.ts";
import { pureTest } from "../../support/pure_test.ts";

/** Runs one command line; what it printed and its exit status. */
async function run(line: string, options: FakeHostOptions = {}) {
  const host = fakeHost(options);
  const status = await main(line === "" ? [] : line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr(), givenUp: host.givenUp };
}

pureTest("--version prints the version, and that of Deno", async () => {
  assert.deepEqual(await run("--version"), {
    status: 0,
    stdout: `vcm ${VERSION} (deno ${Deno.version.deno})\n`,
    stderr: "",
    givenUp: [],
  });
});

pureTest("--help and help print help on standard output and end with 0", async () => {
  for (const line of ["--help", "-h", "help"]) {
    const { status, stdout, stderr } = await run(line);
    assert.deepEqual([status, stdout, stderr], [0, generalHelp(), ""]);
  }
  for (const command of COMMANDS) {
    for (const line of [`${command.name} --help`, `help ${command.name}`]) {
      const { status, stdout, stderr } = await run(line);
      assert.deepEqual([status, stdout, stderr], [0, commandHelp(command), ""], line);
    }
  }
});

pureTest("a usage error is printed on standard error, with the help to read", async () => {
  const cases: [string, string, string][] = [
    ["plan --froce", 'Unknown option "--froce" of "vcm plan"; ', "vcm plan --help"],
    ["validate x", '"vcm validate" takes no names; got "x"', "vcm validate --help"],
    ["isue", 'Unknown command "isue"; did you mean "issue"?', "vcm --help"],
    ["deploy --config", 'Option "--config" needs a value', "vcm deploy --help"],
  ];
  for (const [line, start, help] of cases) {
    const { status, stdout, stderr, givenUp } = await run(line);
    assert.deepEqual([status, stdout, givenUp], [2, "", []], line);
    assert.ok(stderr.startsWith(`error: ${start}`), stderr);
    assert.ok(stderr.endsWith(`\nSee "${help}"\n`), stderr);
  }
});

pureTest("a usage error of check is UNKNOWN for monitoring", async () => {
  for (const line of ["check --froce", "--froce check", "check --config", "help check --froce"]) {
    assert.equal((await run(line)).status, 3, line);
  }
});

pureTest("without a configuration it lists the paths that it tried", async () => {
  const message = (places: string) =>
    `vcm.yaml: no configuration file found; looked for ${places}; run "vcm init" to write ` +
    "one, or pass --config FILE, or set $VCM_CONFIG";
  const cases: [string, number, number, string][] = [
    ["run", 0, 2, "/etc/vcm/vcm.yaml"],
    ["", 1000, 2, "/etc/vcm/vcm.yaml and ./vcm.yaml"],
    ["plan", 1000, 2, "/etc/vcm/vcm.yaml and ./vcm.yaml"],
    ["validate", 1000, 2, "/etc/vcm/vcm.yaml and ./vcm.yaml"],
    ["check", 1000, 3, "/etc/vcm/vcm.yaml and ./vcm.yaml"],
  ];
  for (const [line, uid, expected, places] of cases) {
    const { status, stdout, stderr } = await run(line, { uid });
    assert.deepEqual([status, stdout, stderr], [expected, "", `error: ${message(places)}\n`], line);
  }
});

pureTest(
  "with --json an error is data on standard output, and text on standard error",
  async () => {
    const { status, stdout, stderr } = await run("plan --json", { uid: 0 });
    const message = "no configuration file found; looked for /etc/vcm/vcm.yaml; run " +
      '"vcm init" to write one, or pass --config FILE, or set $VCM_CONFIG';
    assert.equal(status, 2);
    assert.deepEqual(JSON.parse(stdout), {
      layout: 1,
      error: { message: `vcm.yaml: ${message}`, problems: [{ key: "", message }] },
    });
    assert.equal(stderr, `error: vcm.yaml: ${message}\n`);
  },
);

// --json is not known yet when the arguments cannot be understood, so whoever parses standard
// output finds nothing there.
pureTest("with --json a usage error is data, too", async () => {
  for (const line of ["check --json --froce", "--json isue"]) {
    const { stdout } = await run(line);
    const message = /^Unknown (?:option|command) /;
    assert.match(JSON.parse(stdout || '{ "error": {} }').error.message ?? "nothing", message);
  }
});

pureTest("main() prints an error in one line, without a stack trace", async () => {
  const message = "VCM's own permissions do not allow this; to see them: vcm plan --permissions";
  const doors = {
    env: () => {
      throw new Deno.errors.NotCapable("Requires env access, run again with the --allow-env flag");
    },
  };
  for (const [line, expected] of [["run", 1], ["validate", 1], ["check", 3]] as const) {
    const { status, stdout, stderr } = await run(line, { doors });
    assert.deepEqual([status, stdout, stderr], [expected, "", `error: ${message}\n`]);
  }
  const { stdout } = await run("run --json", { doors });
  assert.deepEqual(JSON.parse(stdout), { layout: 1, error: { message } });
});

pureTest("commands that only look give up their rights before they read anything", async () => {
  const cases: [string, string[]][] = [
    // Whether something is probed is known once the file is read.
    ["check", ["write"]],
    ["plan", ["write"]],
    ["run --dry-run", ["write"]],
    // An empty directory of included files is confirmed by ls.
    ["validate", ["write", "net"]],
    ["names", ["write", "net", "run"]],
    // It runs "vcm doctor" in the end.
    ["init", []],
    ["init --print", ["net", "run", "write"]],
    ["run", []],
  ];
  for (const [line, expected] of cases) {
    const asked: string[] = [];
    const host = fakeHost();
    const watched = { ...host, env: () => void asked.push(host.givenUp.join()) as undefined };
    await main(line.split(" "), watched);
    assert.deepEqual(host.givenUp, expected, line);
    assert.deepEqual([...new Set(asked)], [expected.join()], line);
  }
});

pureTest("completion prints the script of each shell that it knows", async () => {
  for (const shell of commandNamed("completion").words ?? []) {
    const { status, stdout, stderr } = await run(`completion ${shell}`);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.ok(
      stdout.includes(`# Completion of vcm for ${shell}, made by "vcm completion ${shell}".`),
    );
  }
});

pureTest("completion of another shell, of none or of two is an error", async () => {
  const cases = [["completion", "none"], ["completion ksh", '"ksh"'], [
    "completion bash zsh",
    '"bash zsh"',
  ], ["completion constructor", '"constructor"']] as const;
  for (const [line, got] of cases) {
    assert.deepEqual(await run(line), {
      status: 2,
      stdout: "",
      stderr: `error: "vcm completion" takes one of bash, zsh, fish; got ${got}\n` +
        'See "vcm completion --help"\n',
      givenUp: [],
    });
  }
});

pureTest("man prints the manual page", async () => {
  assert.deepEqual(await run("man"), {
    status: 0,
    stdout: manPage(COMMANDS),
    stderr: "",
    givenUp: [],
  });
});

pureTest("names prints nothing and succeeds if there is no file", async () => {
  const { status, stdout, stderr } = await run("names");
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

pureTest("an error that stops a command is printed in the format of the log", async () => {
  const run = async (line: string, options: FakeHostOptions = {}) => {
    const host = fakeHost(options);
    await main(line.split(" "), host);
    return host.stderr().split("\n").slice(0, -1);
  };
  for (const line of ["run --config --log-format=json", "run --log-format json --frce"]) {
    for (const text of await run(line)) {
      const { level, message } = JSON.parse(text);
      assert.deepEqual([level, typeof message], ["error", "string"]);
    }
  }
  assert.deepEqual(await run("run --log-format xml"), [
    'error: Option "--log-format" takes "text" or "json"; got "xml"',
    'See "vcm run --help"',
  ]);
  assert.deepEqual(await run("run --log-format xml", { errIsJournal: true }), [
    '<3>Option "--log-format" takes "text" or "json"; got "xml"',
    '<3>See "vcm run --help"',
  ]);
});

pureTest(
  "if standard output cannot be written, standard error says so, and the status is right",
  async () => {
    const out = () => {
      throw new Error("No space left on device");
    };
    for (const [line, expected] of [["validate --json", 2], ["check --json", 3]] as const) {
      const { status, stderr } = await run(line, { doors: { out }, env: { VCM_CONFIG: "/none" } });
      assert.equal(status, expected);
      assert.match(stderr, /none/);
    }
  },
);
