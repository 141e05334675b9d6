/** Completion in real shells: what they offer, and what reaches the program. */
import { COMMANDS } from "../../lib/command/commands.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { SHELLS, startShells } from "./shells.ts";

const test = await testsNeeding("shells");

const ODD_NAMES = [
  "my web",
  "star *",
  "?[x]",
  "$(touch executed)",
  "`touch executed`",
  "$HOME",
  "~root",
  "{a,b}",
  "it's",
  "'",
  'say "hi"',
  "a'b\"c$d`e!f",
  "back\\slash",
  "end\\",
  "bang!x",
  "!!",
  "#hash",
  "x;y&z|w",
  "<in>",
  "a:b=c@d",
  "ümlaut",
];

for (const shell of SHELLS) {
  test(`${shell} offers commands, options of the command, and names`, async () => {
    await using shells = await startShells();
    const file = await shells.configure("my vcm.yaml", ["web", "-odd", "mail", "web-2"]);
    await shells.configure("vcm.yaml", ["other"]);
    const commands = COMMANDS.map(({ name }) => name).toSorted();
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["vcm ", commands],
      ["vcm re", ["restart", "revoke"]],
      ["vcm help re", ["restart", "revoke"]],
      ["vcm help run ", []],
      ["vcm -q --wait 5m re", ["restart", "revoke"]],
      ["vcm --d", ["--detailed-exitcode", "--dry-run"]],
      ["vcm check --d", []],
      ["vcm plan --d", ["--detailed-exitcode"]],
      ["vcm completion ", ["bash", "fish", "zsh"]],
      // Zsh has options for where no word is left.
      ...(shell === "zsh" ? [] : [["vcm completion bash ", []], ["vcm demo ", []]] as const),
      ["vcm run --wait ", []],
      ["vcm run --log-format j", ["json"]],
      [`vcm run --config '${file}' `, ["mail", "web", "web-2"]],
      [`vcm --config "${file}" run we`, ["web", "web-2"]],
      [`vcm run --config=my\\ vcm.yaml web `, ["mail", "web-2"]],
      [`vcm run -qc ~/my\\ vcm.yaml m`, ["mail"]],
      [`vcm run -cvcm.yaml `, ["other"]],
      [`vcm run --config ~/my\\ vcm.yaml -- `, ["-odd", "mail", "web", "web-2"]],
      [`vcm run --config ~/my\\ vcm.yaml -- -`, ["-odd"]],
      ["vcm run --config missing.yaml ", []],
    ];
    const offered = await shells.offered(shell, cases.map(([line]) => line));
    assert.deepEqual(cases.map(([line], index) => [line, offered[index]]), cases);
  });

  test(`${shell} brings any name to the program as it is, executed by nobody`, async () => {
    await using shells = await startShells();
    const lines: string[] = [];
    const expected: string[][] = [];
    for (const [index, name] of ODD_NAMES.entries()) {
      const file = await shells.configure(`${index}.yaml`, [name]);
      // Fish itself would leave a tilde as it is: the name is not offered before there is a quote.
      const quotes = shell === "fish" && name.startsWith("~") ? ["'", '"', "\\~"] : ["", "'", '"'];
      for (const quote of quotes) {
        lines.push(`vcm run -c ${file} ${quote}\t`);
        expected.push(["run", "-c", file, name]);
      }
    }
    assert.deepEqual(await shells.typed(shell, lines), expected);
    const files = [...Deno.readDirSync(shells.directory)].map(({ name }) => name);
    assert.ok(!files.includes("executed"));
  });

  test(`${shell} goes on with what was typed, whatever parts words there`, async () => {
    await using shells = await startShells();
    const file = await shells.configure("vcm.yaml", ["a:b c", "x=y@z", "it's me", "-odd"]);
    await shells.configure("dash.yaml", ["-odd"]);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["vcm pla\t --perm\t", ["plan", "--permissions"]],
      ["vcm run -c vcm.yaml a:\t", ["run", "-c", "vcm.yaml", "a:b c"]],
      ["vcm run -c vcm.yaml a\\:b\\ \t", ["run", "-c", "vcm.yaml", "a:b c"]],
      ["vcm run -c vcm.yaml 'a:b \t", ["run", "-c", "vcm.yaml", "a:b c"]],
      ["vcm run -c vcm.yaml \"it'\t", ["run", "-c", "vcm.yaml", "it's me"]],
      ["vcm run -c vcm.yaml x=y\t", ["run", "-c", "vcm.yaml", "x=y@z"]],
      ["vcm run -c dash.yaml \t", ["run", "-c", "dash.yaml"]],
      ["vcm run -c vcm.yaml -- -\t", ["run", "-c", "vcm.yaml", "--", "-odd"]],
      [`vcm check --config ${shells.directory}/vcm.y\t`, ["check", "--config", file]],
      [`vcm check --config=vcm.y\t`, ["check", "--config=vcm.yaml"]],
    ];
    const called = await shells.typed(shell, cases.map(([keys]) => keys));
    assert.deepEqual(cases.map(([keys], index) => [keys, called[index]]), cases);
  });

  test(`${shell} has ended once all is typed, though it was started with hang-ups ignored`, async () => {
    await using shells = await startShells();
    await shells.configure("vcm.yaml", ["web"]);
    assert.deepEqual(await shells.typed(shell, ["vcm run -c vcm.yaml w\t"]), [
      ["run", "-c", "vcm.yaml", "web"],
    ]);
    assert.deepEqual(shells.running(), []);
  });
}

test("bash leaves files to readline, also after a redirection", async () => {
  await using shells = await startShells();
  const lines = ["vcm run -c ", "vcm run --config=", "vcm run --config v", "vcm plan > ", "vcm <v"];
  const offered = await shells.offered("bash", [...lines, "vcm plan 2> log --dry", "vcm <v --dry"]);
  assert.deepEqual(offered, [...lines.map(() => ["files"]), [], ["--dry-run"]]);
});

test("fish offers no name that it would expand to a home directory before a quote is typed", async () => {
  await using shells = await startShells();
  const file = await shells.configure("vcm.yaml", ["web", "~root"]);
  const lines = ["", "'", '"~', "\\~"].map((typed) => `vcm run -c ${file} ${typed}`);
  assert.deepEqual(await shells.offered("fish", lines), [
    ["web"],
    ["web", "~root"],
    ["~root"],
    ["~root"],
  ]);
});
