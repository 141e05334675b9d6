import assert from "node:assert/strict";
import { narrow, paintFor } from "../../../lib/command/load.ts";
import { parseArguments } from "../../../lib/command/parse_arguments.ts";
import { makeConfig, makeSpec } from "../../support/fixtures.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { pureTest } from "../../support/pure_test.ts";

const CONFIG = makeConfig(["web", "mail", "vpn"].map((name) => makeSpec({ name })));

function namesFor(...names: string[]): string[] {
  return narrow(CONFIG.certificates, CONFIG, parseArguments(["issue", ...names])).map(({ name }) =>
    name
  );
}

pureTest("narrow() selects all certificates if no name is given", () => {
  assert.deepEqual(namesFor(), ["web", "mail", "vpn"]);
});

pureTest("narrow() selects those that are named, once each and in the order of the file", () => {
  assert.deepEqual(namesFor("vpn", "web", "vpn"), ["web", "vpn"]);
});

pureTest(
  "narrow() refuses a name that the file does not have, with what was probably meant",
  () => {
    assert.throws(() => namesFor("web", "mial"), {
      name: "UsageError",
      message: 'No certificate "mial" in "vcm.yaml"; did you mean "mail"?',
      command: "issue",
    });
    assert.throws(() => namesFor("database"), {
      message: 'No certificate "database" in "vcm.yaml"; allowed here: web, mail, vpn',
    });
  },
);

pureTest("narrow() does not select all certificates for an empty name", () => {
  assert.throws(() => namesFor(""), { name: "UsageError", message: /^No certificate "" in / });
});

pureTest("paintFor() colours a terminal, unless the user does not want it", () => {
  const colours = (line: string, outIsTerminal: boolean, env = {}) =>
    paintFor(parseArguments(line.split(" ")), fakeHost({ outIsTerminal, env })).bold("x") !== "x";
  assert.equal(colours("check", true), true);
  assert.equal(colours("check", false), false);
  assert.equal(colours("check --no-color", true), false);
  assert.equal(colours("check", true, { NO_COLOR: "1" }), false);
  // no-color.org: "when present and not an empty string".
  assert.equal(colours("check", true, { NO_COLOR: "" }), true);
});
