import assert from "node:assert/strict";
import { didYouMean, nearest } from "../../../lib/text/suggest.ts";
import { pureTest } from "../../support/pure_test.ts";

const KEYS = ["name", "ttl", "dns_sans", "ip_sans", "mode", "dest", "service"];

pureTest("nearest() finds the key that was meant", () => {
  const cases: Record<string, string | undefined> = {
    mod: "mode",
    Mode: "mode",
    moed: "mode",
    "dns-sans": "dns_sans",
    dns_san: "dns_sans",
    ip_san: "ip_sans",
    services: "service",
    dst: "dest",
    tll: "ttl",
    colour: undefined,
    x: undefined,
    "": undefined,
  };
  for (const [word, key] of Object.entries(cases)) assert.equal(nearest(word, KEYS), key, word);
});

pureTest("didYouMean() lists what is allowed if nothing is near", () => {
  assert.equal(didYouMean("mod", KEYS), `did you mean "mode"?`);
  assert.equal(didYouMean("colour", ["name", "ttl"]), "allowed here: name, ttl");
});

pureTest("nearest() never suggests the opposite of what was typed", () => {
  const names = ["install", "deploy", "revoke", "issue", "validate", "--force", "--quiet"];
  const opposites = ["uninstall", "unistall", "deinstall", "undeploy", "Unrevoke", "un-issue"];
  for (const word of [...opposites, "unvalidate", "--no-force", "--no-quiet", "--nonquiet"]) {
    assert.equal(nearest(word, names), undefined, word);
  }
  const meant: Record<string, string> = {
    reinstall: "install",
    depoly: "deploy",
    "--quit": "--quiet",
    "--no-colour": "--no-color",
  };
  for (const [word, name] of Object.entries(meant)) {
    assert.equal(nearest(word, [...names, "--no-color"]), name, word);
  }
});
