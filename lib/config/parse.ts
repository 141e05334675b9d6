/**
 * Text to configuration, with every mistake at once. Pure: nothing that is reached from here reads,
 * writes, asks for the time or prints.
 */
import { type Finding, formatKeyPath } from "./key_path.ts";
import { ConfigError, type Problem } from "./diagnostic.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import { readTree } from "./schema.ts";
import { isMap } from "./shapes.ts";
import type { Environment } from "./environment.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

const EMPTY: Problem = {
  line: 1,
  column: 1,
  key: "",
  message: `is empty; add at least "certs", a list of certificates, or run "vcm init"`,
};

/**
 * Reads the text of a file. Throws `ConfigError` with every mistake, in the order of their places.
 * It is asynchronous because the parser that knows the places is loaded only for mistakes, and what
 * joins files only where there is more than one text.
 *
 * @param look Gives what the file may ask for beside its own text. Without it no variable is set and
 * no other file is there.
 */
export async function parseConfig(
  text: string,
  file: string,
  look?: () => Promise<Environment>,
): Promise<Config> {
  const yaml = readYaml(text);
  if (yaml.fault !== undefined) {
    const { explainSyntax } = await import("./explain_diagnostics.ts");
    throw new ConfigError(file, explainSyntax(text, yaml.fault, formatKeyPath));
  }
  if (yaml.tree === undefined || yaml.tree === null) throw new ConfigError(file, [EMPTY]);
  if (asksForMore(text, yaml.tree)) {
    const { parseWhole } = await import("./parse_whole.ts");
    return await parseWhole({ text, file, tree: yaml.tree }, await look?.());
  }
  const reading = readTree(yaml.tree);
  if (!reading.whole) {
    const rest = checkRules(reading.file ?? {}, reading.findings);
    throw await configError(text, file, [...reading.findings, ...rest]);
  }
  const findings = checkRules(reading.file);
  if (findings.length > 0) throw await configError(text, file, findings);
  return resolveConfig(reading.file, file);
}

/** Whether a text has included files, variables or defaults; wrongly yes costs time only. */
function asksForMore(text: string, tree: unknown): boolean {
  if (isMap(tree) && ("include" in tree || "defaults" in tree)) return true;
  // A value may also have its `${` by escapes, or by a line end that is escaped.
  return text.includes("${") || (text.includes("\\") && /\\[xuU\r\n]/.test(text));
}

async function configError(text: string, file: string, findings: Finding[]): Promise<ConfigError> {
  const { placeFindings } = await import("./explain_diagnostics.ts");
  return new ConfigError(file, placeFindings(text, findings, formatKeyPath));
}
