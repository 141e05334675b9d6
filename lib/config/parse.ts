/**
 * Text to configuration, with every mistake at once. Pure: nothing that is reached from here reads,
 * writes, asks for the time or prints.
 */
import { type Finding, formatKeyPath } from "./key_path.ts";
import { ConfigError, type Problem } from "./problem.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import { readTree } from "./schema.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

const EMPTY: Problem = {
  line: 1,
  column: 1,
  key: "",
  message: `is empty; it needs at least "certs", a list of certificates (see vcm.yaml.example)`,
};

/**
 * Reads the text of a file. Throws `ConfigError` with every mistake, in the order of their places.
 * It is asynchronous because the parser that knows the places is loaded only for mistakes.
 */
export async function parseConfig(text: string, file: string): Promise<Config> {
  const yaml = readYaml(text);
  if (yaml.fault !== undefined) {
    const { explainSyntax } = await import("./problems.ts");
    throw new ConfigError(file, explainSyntax(text, yaml.fault, formatKeyPath));
  }
  if (yaml.tree === undefined || yaml.tree === null) throw new ConfigError(file, [EMPTY]);
  const reading = readTree(yaml.tree);
  if (!reading.whole) {
    const rest = checkRules(reading.file ?? {}, reading.findings);
    throw await configError(text, file, [...reading.findings, ...rest]);
  }
  const findings = checkRules(reading.file);
  if (findings.length > 0) throw await configError(text, file, findings);
  return resolveConfig(reading.file, file);
}

async function configError(text: string, file: string, findings: Finding[]): Promise<ConfigError> {
  const { placeFindings } = await import("./problems.ts");
  return new ConfigError(file, placeFindings(text, findings, formatKeyPath));
}
