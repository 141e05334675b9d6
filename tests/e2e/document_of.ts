import type { Documents } from "../../lib/report/documents/documents.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { assert } from "./assert.ts";

/** The document; fails where standard output holds anything else, or standard error holds it too. */
export function documentOf(
  name: keyof Documents,
  line: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
) {
  assert.ok(stdout.startsWith("{\n") && stdout.endsWith("\n}\n"), `${line}: ${stdout}${stderr}`);
  assert.deepEqual(outputMistakes(name, stdout), [], `${line}: ${stdout}`);
  assert.ok(!stderr.includes('"layout"'), `${line}: ${stderr}`);
  return JSON.parse(stdout);
}
