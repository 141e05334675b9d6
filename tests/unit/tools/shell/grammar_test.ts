import assert from "node:assert/strict";
import { COMMANDS } from "../../../../lib/command/commands.ts";
import {
  commandsWithNames,
  commandsWithWords,
  longOptionsWithValue,
  optionsWithFile,
  shortConfigPattern,
} from "../../../../lib/tools/shell/grammar.ts";
import { pureTest } from "../../../support/pure_test.ts";

pureTest("the options whose value is the next word are those of the table", () => {
  const files = ["ca", "secret-id-file", "wrapped-secret-id-file", "token-file", "client-cert"];
  const others = ["wait", "vault", "ca-fingerprint", "auth-method", "auth-mount", "auth-role"];
  const allFiles = ["config", ...files, "client-key", "jwt-file"];
  const all = [...allFiles, ...others, "role-id", "pki", "role", "log-format", "every"];
  assert.deepEqual(longOptionsWithValue().toSorted(), all.map((name) => `--${name}`).sort());
  assert.deepEqual(optionsWithFile(), allFiles);
});

pureTest("shortConfigPattern() finds the file behind -c, also after other letters", () => {
  const pattern = new RegExp(shortConfigPattern());
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["-c", ""],
    ["-cx.yaml", "x.yaml"],
    ["-qc", ""],
    ["-qvcx", "x"],
    ["-q", undefined],
    ["-xc", undefined],
  ];
  for (const [word, file] of cases) assert.equal(pattern.exec(word)?.[1], file, word);
});

pureTest("commands that accept names, and those that accept a word", () => {
  assert.ok(commandsWithNames(COMMANDS).includes("run"));
  assert.ok(!commandsWithNames(COMMANDS).includes("validate"));
  // Those of the file are the names that it refuses.
  assert.ok(!commandsWithNames(COMMANDS).includes("prune"));
  assert.deepEqual(commandsWithWords(COMMANDS), [
    { name: "completion", words: ["bash", "zsh", "fish"] },
  ]);
});
