/**
 * Parses the text of a file into a configuration, and reports all errors at once. Pure: it does not
 * read or write files, get the time or print.
 */
import { ConfigError, type Diagnostic } from "./diagnostic.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import { type File, fileSchema } from "./schema.ts";
import { isMap, readBy } from "./read_tree.ts";
import type { Environment } from "./environment.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

const EMPTY: Diagnostic = {
  line: 1,
  column: 1,
  key: "",
  message: `is empty; add at least "certs", a list of certificates, or run "vcm init"`,
};

/**
 * Parses the text of a file. Throws `ConfigError` with every diagnostic, in the order of their places.
 * It is asynchronous because it loads other parsers, and the code for several texts, only if they are
 * needed.
 *
 * @param loadEnvironment Provides variables and included files; absent: there are none.
 */
export async function parseConfig(
  text: string,
  file: string,
  loadEnvironment?: () => Promise<Environment>,
): Promise<Config> {
  const yaml = await readYaml(text);
  if (yaml.error !== undefined) {
    const { explainSyntax } = await import("./explain_diagnostics.ts");
    throw new ConfigError(file, explainSyntax(text, yaml.error));
  }
  if (yaml.tree === undefined || yaml.tree === null) throw new ConfigError(file, [EMPTY]);
  if (needsEnvironment(text, yaml.tree)) {
    const { parseWhole } = await import("./parse_whole.ts");
    return await parseWhole({ text, file, tree: yaml.tree }, await loadEnvironment?.());
  }
  const reading = readBy(fileSchema, yaml.tree);
  const violations = checkRules(reading.draft ?? {}, reading.diagnostics);
  const diagnostics = [...reading.diagnostics, ...violations];
  if (diagnostics.length > 0) {
    const { placeDiagnostics } = await import("./explain_diagnostics.ts");
    throw new ConfigError(file, placeDiagnostics(text, diagnostics));
  }
  // A draft without errors is complete.
  return resolveConfig(reading.draft as File, file);
}

/** Whether a text has included files, variables, defaults or no certificates. A wrong yes only costs time. */
function needsEnvironment(text: string, tree: unknown): boolean {
  if (isMap(tree) && ("include" in tree || "defaults" in tree || !("certs" in tree))) return true;
  // A value may also contain "${" by means of escapes.
  return text.includes("${") || (text.includes("\\") && /\\[xuU\r\n]/.test(text));
}
