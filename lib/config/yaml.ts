/** The fast parser, and the only file that knows it. It gives trees of maps, lists and text. */
// @ts-types="npm:@types/js-yaml@4.0.9"
import { FAILSAFE_SCHEMA, load, type LoadOptions, Type, YAMLException } from "js-yaml";

/** `<<: *anchor`. The tag is what the parser knows it by. */
const MERGE = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (text) => text === "<<",
});

const NULL = new Type("tag:yaml.org,2002:null", {
  kind: "scalar",
  // As YAML 1.2 has it (10.3.2), and so as editors do.
  resolve: (text) =>
    text === "" || text === "~" || text === "null" || text === "Null" || text === "NULL",
  construct: () => null,
});

/**
 * Scalars stay text, so that `mode: 0640` is not a number before its field has looked at it.
 * Beside text there are only merge keys, and null, so that `ttl:` and `ttl: ~` have no value.
 */
const SCHEMA = FAILSAFE_SCHEMA.extend({ implicit: [MERGE, NULL] });

/**
 * The parser's own limit of 10,000 merged keys is too low for a file of some thousand certificates
 * that merge the same map. Its types know neither option.
 */
const OPTIONS: LoadOptions & Readonly<Record<string, unknown>> = {
  schema: SCHEMA,
  maxDepth: 100,
  maxTotalMergeKeys: 200_000,
};

/** The parser gives its errors no codes. */
const TOO_DEEP = /^nesting exceeded maxDepth/;

/** What made the text unreadable, with its zero-based place where the parser knew it. */
export interface YamlFault {
  readonly reason: string;
  readonly line?: number;
  readonly column?: number;
  /** It has more levels than any parser should be given. */
  readonly tooDeep?: boolean;
}

/** The tree of the one document in the text, or why there is none; never throws. */
export function readYaml(
  text: string,
): { readonly tree: unknown; readonly fault?: undefined } | { readonly fault: YamlFault } {
  try {
    return { tree: load(text, OPTIONS) };
  } catch (error) {
    if (error instanceof YAMLException) {
      const { reason, mark } = error;
      const fault = mark ? { reason, line: mark.line, column: mark.column } : { reason };
      return { fault: TOO_DEEP.test(reason) ? { ...fault, tooDeep: true } : fault };
    }
    return { fault: { reason: "not understood" } };
  }
}
