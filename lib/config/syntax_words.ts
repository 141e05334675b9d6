/** Plain words for the parsers' errors. Theirs may quote the source, and with it perhaps a secret. */

/** By the code of the `yaml` package. */
const BY_CODE: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "tab character in the indentation; use spaces",
  MULTIPLE_DOCS: `a second document begins here; keep one and remove the "---" line`,
  BAD_INDENT: "the indentation does not fit the lines above",
  BAD_SCALAR_START: "a value cannot begin with this character; put the value in quotes",
  BAD_DQ_ESCAPE: `"\\" begins an unknown escape; use '…' instead of "…", or write "\\\\"`,
  BAD_ALIAS: "the name of the anchor or alias is not valid; if it is text, put it in quotes",
  BAD_DIRECTIVE: "a directive (a line that begins with %) is not supported; remove it",
  BAD_COLLECTION_TYPE: "this tag (!…) does not fit its value; remove it",
  TAG_RESOLVE_FAILED: "unknown tag (!…); remove it or, if it is text, put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    `": " inside a value; if it is text, put it in quotes; otherwise fix the indentation`,
  MULTILINE_IMPLICIT_KEY: `expected "key: value", with a space after ":"`,
  NON_STRING_KEY: "a key must be text",
  MISSING_CHAR: `something is missing here, such as ":", "," or a space`,
};

/** By what the message says, for codes that mean several things and for the `js-yaml` package. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/closing .quote/, "a quote is not closed"],
  [/quoted scalar$/, "a quote is not closed"],
  [/(?:end with a|within a flow)/, `a "[" or "{" is not closed`],
  [/^Implicit map keys need/, `expected ":" and a value after this key`],
  [/must be at most 1024/, `expected ":" after this key`],
  [/^Missing space after :/, `expected a space after ":"`],
  [/^Comments must be separated/, `expected a space before "#"; if it is text, put it in quotes`],
  [/^Sequence item without -/, `expected "- " before this entry of the list`],
  [/tab char/, "tab character in the indentation; use spaces"],
  [/maxDepth/, "is nested too deeply"],
  [
    /maxTotalMergeKeys/,
    `"<<" adds more than 200,000 keys to this file; use "defaults", or fewer "<<"`,
  ],
  [/merge sequence/, `"<<" takes at most 100 maps in one list`],
  [/cannot merge/, `"<<" above takes a map or a list of maps`],
  [/tag/, "unknown tag (!…); remove it or, if it is text, put it in quotes"],
];

/** What to tell of an error of either parser. */
export function syntaxWords(code: string, message: string): string {
  const hit = code === "" || code === "MISSING_CHAR" || code === "BAD_INDENT" ||
      code === "KEY_OVER_1024_CHARS"
    ? BY_MESSAGE.find(([pattern]) => pattern.test(message))
    : undefined;
  return hit?.[1] ?? BY_CODE[code] ??
    "is not valid YAML from here on; put values with special characters in quotes";
}
