/** docs/exit-statuses.md is held to the command table, and to what commands end with. */
import assert from "node:assert/strict";
import type { CommandName } from "../../../lib/command/command_forms.ts";
import { commandNamed, COMMANDS, EXIT_STATUSES } from "../../../lib/command/commands.ts";
import { main } from "../../../lib/cli/main.ts";
import {
  EXIT_CHANGED,
  EXIT_FAILED,
  EXIT_LOCKED,
  EXIT_OK,
  EXIT_UNKNOWN,
  EXIT_USAGE,
} from "../../../lib/report/exit_status.ts";
import { statusOf } from "../../../lib/host/end_signals.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { codeWords, readDocument, tableBelow } from "./documents.ts";

interface Row {
  readonly commands: readonly CommandName[];
  readonly meanings: ReadonlyMap<number, string>;
}

const DOCUMENT = readDocument("docs/exit-statuses.md");
const STATUSES = /^\| command +((?:\| \d+ +)+)\|$/m.exec(DOCUMENT)?.[1]?.match(/\d+/g)
  ?.map(Number) ?? [];
const ROWS = tableBelow(DOCUMENT, "# Exit statuses").map(readRow);

Deno.test("docs/exit-statuses.md has a column for each exit status", () => {
  const known = [EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNKNOWN, EXIT_CHANGED, EXIT_LOCKED];
  assert.deepEqual(STATUSES, known);
});

Deno.test("docs/exit-statuses.md has each command once", () => {
  const documented = ROWS.flatMap(({ commands }) => commands);
  assert.deepEqual(documented.toSorted(), COMMANDS.map(({ name }) => name).toSorted());
});

Deno.test("docs/exit-statuses.md says what help says", () => {
  for (const { commands, meanings } of EXIT_STATUSES) {
    for (const command of commands) {
      const documented = new Map(rowOf(command).meanings);
      documented.delete(EXIT_CHANGED);
      assert.deepEqual(documented, new Map(meanings), command);
    }
  }
});

Deno.test("docs/exit-statuses.md: commands with the lock can end with 75, detailed ones with 10", () => {
  for (const { name } of COMMANDS) {
    const { options } = commandNamed(name);
    const { meanings } = rowOf(name);
    assert.equal(meanings.has(EXIT_LOCKED), options.includes("wait"), name);
    assert.equal(meanings.has(EXIT_CHANGED), options.includes("detailed-exitcode"), name);
  }
});

Deno.test("docs/exit-statuses.md has the exit status of a usage error", async () => {
  for (const { name } of COMMANDS) {
    const status = await main([name, "--no-such-option"], fakeHost());
    assert.match(rowOf(name).meanings.get(status) ?? "", /^usage|^cannot tell$/, name);
  }
});

Deno.test("docs/exit-statuses.md has each signal that ends a command, and the one that cannot be received", () => {
  const rows = tableBelow(DOCUMENT, "## Ended by a signal").map(([status, signal]) =>
    `${status} ${signal}`
  );
  const received = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((signal) =>
    `${statusOf(signal)} ${signal}`
  );
  assert.deepEqual(rows, [...received, "137 SIGKILL"].sort());
});

function readRow([first = "", ...cells]: readonly string[]): Row {
  return {
    commands: codeWords(first).map((line) => line.slice("vcm ".length) as CommandName),
    meanings: new Map(
      STATUSES.flatMap((status, at) => cells[at] ? [[status, cells[at]] as const] : []),
    ),
  };
}

function rowOf(command: CommandName): Row {
  const row = ROWS.find(({ commands }) => commands.includes(command));
  assert.ok(row, command);
  return row;
}
