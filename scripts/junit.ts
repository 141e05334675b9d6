/** How many tests ended in which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts the tests, and the steps in them, of a report that `deno test --junit-path` wrote. All
 * text in it is escaped, so that a tag is never part of a name or a message.
 */
export function countTests(xml: string): Counts {
  const count = (tag: RegExp) => xml.match(tag)?.length ?? 0;
  const failed = count(/<(failure|error)[ >]/g);
  const skipped = count(/<skipped[ />]/g);
  return { passed: count(/<testcase /g) - failed - skipped, failed, skipped };
}

/** Names of the tests that failed, in the report's order. */
export function failedTests(xml: string): readonly string[] {
  const cases = xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<(?:failure|error)[ >]/g);
  return [...cases].map(([, name = ""]) => unescape(name));
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function unescape(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (escaped) => ESCAPED[escaped] ?? escaped);
}

/** The closing line of a test run; skipped tests are mentioned only where there are some. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
