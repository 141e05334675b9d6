import assert from "node:assert/strict";
import { COMMAND_FORMS } from "../../../lib/command/command_forms.ts";
import { COMMANDS } from "../../../lib/command/commands.ts";
import {
  type Arguments,
  parseArguments,
  UsageError,
} from "../../../lib/command/parse_arguments.ts";
import { pureTest } from "../../support/pure_test.ts";

const PLAIN: Arguments = {
  command: "run",
  named: true,
  names: [],
  wait: undefined,
  logFormat: undefined,
  force: false,
  forgetKey: false,
  detailedExitcode: false,
  dryRun: false,
  all: false,
  permissions: false,
  ascii: false,
  output: false,
  print: false,
  keep: false,
  uninstall: false,
  yes: false,
  json: false,
  quiet: false,
  verbose: false,
  noColor: false,
  noDoctor: false,
  help: false,
  version: false,
};

/** Splits a command line at its spaces. */
function parse(line: string): Arguments {
  return parseArguments(line === "" ? [] : line.split(" "));
}

function assertUsage(line: string, message: string, command?: string): void {
  assert.throws(() => parse(line), (error) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual([error.message, error.command], [message, command], line);
    return true;
  });
}

pureTest("without a command it is run", () => {
  assert.deepEqual(parse(""), { ...PLAIN, named: false });
  assert.deepEqual(parse("--quiet"), { ...PLAIN, named: false, quiet: true });
});

pureTest("each command is known, and accepts --help", () => {
  for (const { name } of COMMANDS) {
    assert.deepEqual(parse(name), { ...PLAIN, command: name });
    assert.deepEqual(parse(`${name} --help`), { ...PLAIN, command: name, help: true });
    assert.deepEqual(parse(`-h ${name}`), { ...PLAIN, command: name, help: true });
    assert.deepEqual(parse(`help ${name}`), { ...PLAIN, command: name, help: true });
  }
});

pureTest("help alone is the general help", () => {
  for (const line of ["help", "--help", "-h"]) {
    assert.deepEqual(parse(line), { ...PLAIN, named: false, help: true }, line);
  }
});

pureTest("options may stand before and after the command and its names", () => {
  const expected: Arguments = {
    ...PLAIN,
    command: "issue",
    names: ["a", "b"],
    config: "x.yaml",
    force: true,
    json: true,
  };
  for (
    const line of [
      "issue a b --force --json --config x.yaml",
      "--config x.yaml --json --force issue a b",
      "--json issue --config=x.yaml a --force b",
      "issue -c x.yaml a b --force --json",
      "issue -cx.yaml a b --force --json",
    ]
  ) assert.deepEqual(parse(line), expected, line);
});

pureTest("--wait is a time in seconds, for commands that take the lock", () => {
  for (const command of ["run", "issue", "deploy", "restart", "revoke"] as const) {
    assert.deepEqual(parse(`${command} --wait 30s`), { ...PLAIN, command, wait: 30 });
  }
  assert.equal(parse("--wait=1m30s").wait, 90);
});

pureTest("--wait with an invalid time is an error that shows a valid one", () => {
  for (const text of ["soon", "0", "0s", "1.5m", "web.example.com"]) {
    assertUsage(
      `issue --wait ${text}`,
      `Option "--wait" takes a duration with a unit, such as "30s" or "5m"; got "${text}"`,
      "issue",
    );
  }
  assertUsage(
    "run --wait 5",
    'Option "--wait" takes a duration with a unit, such as "5s" or "5m"; got "5"',
    "run",
  );
  assertUsage("run --wait", 'Option "--wait" needs a value', "run");
  assertUsage("run --wait --quiet", 'Option "--wait" needs a value', "run");
});

pureTest("each option sets its own field", () => {
  assert.equal(parse("run --dry-run").dryRun, true);
  assert.equal(parse("check --all").all, true);
  assert.equal(parse("check --no-color").noColor, true);
  assert.equal(parse("check --version").version, true);
  const short = parse("check -qv");
  assert.deepEqual([short.quiet, short.verbose], [true, true]);
});

pureTest("the options of vcm init are passed on unchanged", () => {
  const line =
    "init --vault https://v.test --pki p --role r --config f --print --yes --no-doctor " +
    "--role-id i --secret-id-file s a.test";
  assert.deepEqual(parse(line), {
    ...PLAIN,
    command: "init",
    names: ["a.test"],
    vault: "https://v.test",
    pki: "p",
    role: "r",
    roleId: "i",
    secretIdFile: "s",
    config: "f",
    noDoctor: true,
    print: true,
    yes: true,
  });
  assertUsage("init --role --yes", 'Option "--role" needs a value', "init");
});

pureTest("an option whose value is given twice is an error", () => {
  const twice = (option: string) => `Option "--${option}" is given twice; pass it once`;
  assertUsage("check -c a --config=b", twice("config"), "check");
  assertUsage("check -c a --config=a", twice("config"), "check");
  assertUsage("run --wait 1m --wait 2m", twice("wait"), "run");
  assertUsage("run --log-format=json --log-format=text", twice("log-format"), "run");
  assertUsage("init --vault a --vault b", twice("vault"), "init");
  // Without a value there is nothing to choose.
  assert.equal(parse("check -q --quiet").quiet, true);
});

pureTest("a hyphen is a file, and -V is --version", () => {
  assert.equal(parse("check --config -").config, "-");
  assert.equal(parse("check -c - web").config, "-");
  assert.deepEqual(parse("-V"), { ...PLAIN, named: false, version: true });
});

pureTest("after -- everything is a name, also what looks like an option or a command", () => {
  assert.deepEqual(parse("run -- --odd check").names, ["--odd", "check"]);
  assert.deepEqual(parse("run check").names, ["check"]);
});

pureTest("an unknown command is an error, with what was probably meant", () => {
  assertUsage(
    "isue",
    'Unknown command "isue"; did you mean "issue"?',
  );
  assertUsage(
    "web.example.com",
    'Unknown command "web.example.com"; for one certificate: "vcm run web.example.com"',
  );
  assertUsage(
    "help constructor",
    `Unknown command "constructor"; commands are ${
      COMMAND_FORMS.map(({ name }) => name).join(", ")
    }`,
  );
});

pureTest("a command of another tool is an error, with the one that does the same here", () => {
  const cases = {
    renew: "run",
    Renew: "run",
    renwe: "run",
    "help renew": "run",
    apply: "run",
    list: "status",
    lists: "status",
    ls: "status",
    certificates: "status",
    certonly: "issue",
    test: "validate",
    diff: "plan",
    reload: "restart",
  };
  for (const [line, command] of Object.entries(cases)) {
    const word = line.replace("help ", "");
    assertUsage(line, `Unknown command "${word}"; did you mean "${command}"?`);
  }
  // A misspelled command of its own comes first.
  assertUsage("lnit", 'Unknown command "lnit"; did you mean "init"?');
  assertUsage("statsu", 'Unknown command "statsu"; did you mean "status"?');
});

pureTest("an unknown option is an error, with what was probably meant", () => {
  assertUsage(
    "--froce issue",
    'Unknown option "--froce" of "vcm issue"; did you mean "--force"?',
    "issue",
  );
  assertUsage(
    "run --dryrun",
    'Unknown option "--dryrun" of "vcm run"; did you mean "--dry-run"?',
    "run",
  );
  assertUsage(
    "plan --no-colour",
    'Unknown option "--no-colour" of "vcm plan"; did you mean "--no-color"?',
    "plan",
  );
  const allowed = "--all, --config, --json, --quiet, --verbose, --no-color, --help, --version";
  assertUsage("check -x", `Unknown option "-x" of "vcm check"; allowed here: ${allowed}`, "check");
  assertUsage(
    "check --__proto__",
    `Unknown option "--__proto__" of "vcm check"; allowed here: ${allowed}`,
    "check",
  );
});

pureTest("--force with the wrong command is an error that names the right ones", () => {
  for (const command of ["run", "check", "validate"] as const) {
    assertUsage(
      `${command} --force`,
      `"vcm ${command}" does only what is due; use --force with issue, deploy or restart`,
      command,
    );
  }
});

pureTest("an option of another command is unknown", () => {
  for (
    const [command, option] of [
      ["issue", "--dry-run"],
      ["deploy", "--all"],
      ["check", "--wait=30s"],
      ["plan", "--wait=30s"],
      ["demo", "--config=x"],
    ] as const
  ) {
    const name = option.split("=")[0];
    const message = new RegExp(`^Unknown option "${name}" of "vcm ${command}"; `);
    assert.throws(() => parse(`${command} ${option}`), { name: "UsageError", message });
  }
});

pureTest("an option with a value requires it, and an option without one refuses it", () => {
  assertUsage("check --config", 'Option "--config" needs a value', "check");
  assertUsage("check -c", 'Option "-c" needs a value', "check");
  assertUsage("check --config=", 'Option "--config" needs a value', "check");
  assertUsage("--json=yes", 'Option "--json" takes no value; got "yes"', "run");
  assertUsage("--json=", 'Option "--json" takes no value; got ""', "run");
});

// The value of --config is whatever comes next: `--config $UNSET --quiet`, as a cron line has
// it, reads a file named "--quiet", and is loud.
pureTest("an option does not count as the value of --config", () => {
  assertUsage("check --config --quiet", 'Option "--config" needs a value', "check");
  assertUsage("check -c --json", 'Option "-c" needs a value', "check");
});

pureTest("validate and demo accept no names", () => {
  assertUsage("validate web", '"vcm validate" takes no names; got "web"', "validate");
  assertUsage("demo x", '"vcm demo" takes no names; got "x"', "demo");
});

pureTest('"uninstall" is an error that names the command, and does not suggest install', () => {
  for (const word of ["uninstall", "Uninstall", "un-install", "unistall", "unstall", "deinstall"]) {
    assertUsage(
      word,
      `Unknown command "${word}"; to remove the systemd units, run "vcm install --uninstall"`,
      "install",
    );
  }
  assertUsage(
    "help uninstall",
    'Unknown command "uninstall"; to remove the systemd units, ' +
      'run "vcm install --uninstall"',
    "install",
  );
  assertUsage("instal", 'Unknown command "instal"; did you mean "install"?');
  assertUsage("reinstall", 'Unknown command "reinstall"; did you mean "install"?');
});

pureTest("an empty argument is neither a command nor an omitted name", () => {
  assert.throws(() => parseArguments([""]), { message: /^Unknown command ""; / });
  assert.deepEqual(parseArguments(["issue", ""]).names, [""]);
});

pureTest("parseArguments() leaves the arguments as they are", () => {
  const args = Object.freeze(["check", "--json"]);
  parseArguments(args);
  assert.deepEqual(args, ["check", "--json"]);
});
