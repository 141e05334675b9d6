/** The parser of all of YAML; no other file uses its package. It returns trees of maps, lists and text. */
// @ts-types="npm:@types/js-yaml@4.0.9"
import { FAILSAFE_SCHEMA, load, type LoadOptions, Type, YAMLException } from "js-yaml";
import type { YamlReading } from "./yaml.ts";

/** `<<: *anchor`. The parser recognizes it by this tag. */
const MERGE = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (text) => text === "<<",
});

const NULL = new Type("tag:yaml.org,2002:null", {
  kind: "scalar",
  // As in YAML 1.2 (10.3.2), and therefore in editors.
  resolve: (text) =>
    text === "" || text === "~" || text === "null" || text === "Null" || text === "NULL",
  construct: () => null,
});

/**
 * Scalars stay text, so that `mode: 0640` is not parsed as a number before its reader sees it. Besides
 * text there are only merge keys and null, so that `ttl:` and `ttl: ~` have no value.
 */
const SCHEMA = FAILSAFE_SCHEMA.extend({ implicit: [MERGE, NULL] });

/**
 * The parser's default limit of 10,000 merged keys is too low for a file with thousands of certificates
 * that merge the same map. Its types lack both limits.
 */
const OPTIONS: LoadOptions & Readonly<Record<string, unknown>> = {
  schema: SCHEMA,
  maxDepth: 100,
  maxTotalMergeKeys: 200_000,
};

/** The parser gives its errors no codes. */
const TOO_DEEP = /^nesting exceeded maxDepth/;

/** The tree of the one document in the text, or why there is none; never throws. */
export function readWholeYaml(text: string): YamlReading {
  try {
    return { tree: load(text, OPTIONS) };
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) return { error: { reason: "not understood" } };
    const { reason, mark } = thrown;
    const tooDeep = TOO_DEEP.test(reason);
    return { error: { reason, line: mark?.line, column: mark?.column, tooDeep } };
  }
}
