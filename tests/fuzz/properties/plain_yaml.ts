/** What the parser of plain files reads, the whole parser reads in the same way. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { readPlainYaml } from "../../../lib/config/plain_yaml.ts";
import { readWholeYaml } from "../../../lib/config/whole_yaml.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";
import { damaged, wellFormedText } from "../arbitraries/texts.ts";
import { validTree } from "../arbitraries/valid_config.ts";
import { fuzz } from "../fuzz.ts";

const PLAIN = `---
# A file in plain form.
config:
  vault: ["https://a.example.com:8200", 'https://b', c]  # two
  auth: {method: approle, role_id: "x", secret_id_file: /etc/vcm/id}
  ttl:
certs:
- name: a.example.com
  deploy:
    - cert: /srv/a b.crt
      mode: 0640
    -   source: "privkey"
        dest: /srv/a.key # key
  service:
  - {name: nginx, window: [a, []]}
  -   nginx
`;

/** Lines of what may be next to one another, plain or not. */
const line = fc.tuple(
  fc.constantFrom("", "", "  ", "    ", "      ", " "),
  fc.constantFrom("", "", "- ", "-   ", "-", "- - ", "# "),
  fc.constantFrom("a:", "b:", "c:", "a-b:", "null:", '"a":', "<<:", "a", "", "?", "..."),
  fc.constantFrom("", " ", "  "),
  fc.array(
    fc.constantFrom(
      ..."abc:#,[]{}\"'~-&*!|>%@\\/.= \t",
      ...[
        "null",
        "  ",
        ": ",
        " #",
        "[]",
        "{}",
        "{a: b}",
        "[a, b]",
        '"x y"',
        "'z'",
        "ä",
        "\xa0",
        ", ",
      ],
    ),
    { maxLength: 4 },
  ).map((parts) => parts.join("")),
).map((parts) => parts.join(""));

const lines = fc.array(line, { maxLength: 7 }).map((all) => all.join("\n"));

const flow = fc.array(
  fc.constantFrom(
    ..."abc[]{},:# \"'",
    ", ",
    ": ",
    "a: ",
    "b: ",
    "null",
    '"x"',
    "'y, z'",
    "http://a",
  ),
  { maxLength: 12 },
).map((parts) => `a: [${parts.join("")}]\nb: {a: ${parts.join("")}}\n`);

const texts = fc.oneof(
  lines,
  lines.map((text) => `a:\n${text}\n`),
  flow,
  flow.map((text) => text.split("\n")[0] ?? ""),
  flow.map((text) => text.split("\n")[1] ?? ""),
  wellFormedText.map((text) => `a: ${text}\n`),
  damaged(
    PLAIN,
    readDocument("vcm.yaml.example"),
    ...blocks(readDocument("docs/configuration.md"), "yaml"),
  ).map((text) => text.toWellFormed()),
  validTree.map(({ tree }) => stringify(tree, { lineWidth: 0 })),
);

export const PLAIN_YAML = [
  fuzz("a plain text is read as the whole parser reads it", texts, (text) => {
    const plain = readPlainYaml(text);
    if (plain === undefined) return;
    const whole = readWholeYaml(text);
    assert.equal(whole.error, undefined);
    assert.deepEqual(plain.tree, whole.error === undefined ? whole.tree : undefined);
  }),
];
