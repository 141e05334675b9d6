/** What the small parser takes, and what it leaves to the whole one. */
import assert from "node:assert/strict";
import { readPlainYaml } from "../../../lib/config/plain_yaml.ts";
import { readWholeYaml } from "../../../lib/config/whole_yaml.ts";
import { pureTest } from "../../support/pure_test.ts";

const PLAIN = `---
# Two spaces, four, or none before the entries of a list.
config:
  vault: ["https://a.example.com:8200", 'https://b' , c]  # two
  auth: {method: approle, role_id: "# \\t", nested: [{a: b}, []]}
  ttl:
  renew: ~

certs:
- name: größe.example.com
  deploy:
    - cert: /srv/a b.crt
      mode: 0640
    -   source: "privkey"
        dest: /srv/a.key # key
  service:
  - nginx
  - "a: b"
`.replace("\\t", "");

pureTest("the small parser reads what files usually have as the whole parser does", () => {
  const whole = readWholeYaml(PLAIN);
  assert.equal(whole.error, undefined);
  assert.deepEqual(readPlainYaml(PLAIN), whole);
});

const OTHERS: readonly (readonly [text: string, why: string])[] = [
  ["", "there is no document"],
  ["# only a comment\n", "there is no document"],
  ["text\n", "it is not a map"],
  ["- a\n", "it is not a map"],
  ["a: 1\na: 2\n", "a key is there twice"],
  ["a: {b: 1, b: 2}\n", "a key is there twice in a map on one line"],
  ["a: &b c\n", "it has an anchor"],
  ["a: *b\n", "it has an alias"],
  ["<<: {a: b}\n", "it merges"],
  ["a: !t b\n", "it has a tag"],
  ["a: |\n  b\n", "a text has several lines"],
  ["a: b\n  c\n", "a text goes on in the next line"],
  ["a: [b,\n  c]\n", "a list goes on in the next line"],
  ['a: "b\\n"\n', "it has an escape"],
  ["a: 'it''s'\n", "it has a doubled quote"],
  ["'a': b\n", "a key has quotes"],
  ["a: b: c\n", "there is a colon in a text"],
  ["a: b # c # d\n  e: f\n", "the indentation is wrong"],
  ["a:\n    b: c\n  d: e\n", "the indentation is wrong"],
  ["\ta: b\n", "it has a tab"],
  ["a: b\r\n", "its lines end in another way"],
  ["a: b\n---\nc: d\n", "there are two documents"],
  ["a: \u{feff}b\n", "it has a byte order mark"],
  ["__proto__: a\n", "a key does not begin with a letter"],
  [`${Array.from({ length: 30 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")}\n`, "it is deep"],
];

for (const [text, why] of OTHERS) {
  pureTest(
    `the small parser leaves ${JSON.stringify(text.slice(0, 30))} to the whole one: ${why}`,
    () => {
      assert.equal(readPlainYaml(text), undefined);
    },
  );
}
