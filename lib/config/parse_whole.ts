/**
 * Parses a file that uses included files, variables or defaults. The certificates of all files are
 * checked together as one configuration. Each diagnostic names the file that contains the error.
 */
import { quote } from "../text/quote.ts";
import { applyDefaults, checkDefaults } from "./apply_defaults.ts";
import { formatKeyPath, type KeyDiagnostic } from "./key_path.ts";
import { ConfigError, type Diagnostic } from "./diagnostic.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import {
  certificates,
  type Draft,
  type File,
  readBy,
  type Reading,
  readTree,
  SPARE,
  without,
} from "./schema.ts";
import { isMap, map } from "./shapes.ts";
import { type LocatedDiagnostic, type Source, spotOf, wholeDiagnostics } from "./sources.ts";
import { askOnce, substitute } from "./substitute.ts";
import { EMPTY_ENVIRONMENT, type Environment, type Included } from "./environment.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** The main file, read as YAML. */
export interface MainFile {
  readonly file: string;
  readonly text: string;
  readonly tree: unknown;
}

type Variable = Environment["variable"];
type FoundFile = Exclude<Included, { kind: "invalid" }>;

/** A text that was parsed as YAML, or why there is none. */
type Part = Source | readonly Diagnostic[];

/** Throws `ConfigError` with every diagnostic of all files. */
export async function parseWhole(
  main: MainFile,
  environment: Environment = EMPTY_ENVIRONMENT,
): Promise<Config> {
  const variable = askOnce((name) => environment.variable(name));
  const tree = withCerts(main.tree);
  const { draft = {}, diagnostics, unset } = readPart(tree, variable, readTree);
  const { found, errors } = include(tree, draft, environment);
  const own: Source = {
    text: main.text,
    certs: draft.certs ?? [],
    diagnostics: [...diagnostics, ...errors],
    unset,
  };
  const parts: Part[] = [own];
  for (const one of found) parts.push(await readIncluded(one, main.file, variable));
  const sources = parts.filter(isSource);
  const whole: Draft<File> = { ...draft, certs: sources.flatMap(({ certs }) => certs) };
  const located = checkWhole(whole, sources);
  if (located.length > 0 || sources.length < parts.length) {
    throw await configError(main.file, parts, located);
  }
  // A draft without errors is complete.
  const config = resolveConfig(applyDefaults(whole as File), main.file);
  const included = sources.flatMap(({ file }) => file ?? []);
  return included.length === 0 ? config : { ...config, included };
}

/** All diagnostics, of each text and of all texts together. */
function checkWhole(whole: Draft<File>, sources: readonly Source[]): LocatedDiagnostic[] {
  const known = wholeDiagnostics(sources);
  const invalid = new Set(known.map(({ path }) => formatKeyPath(path)));
  const violations = [
    ...checkDefaults(whole, (path) => invalid.has(formatKeyPath(path))),
    ...checkRules(whole, known),
  ];
  return [
    ...sources.flatMap((source) => [
      ...source.unset.map((diagnostic) => ({ ...locate([source], diagnostic), alone: true })),
      ...source.diagnostics.map((diagnostic) => locate([source], diagnostic)),
    ]),
    ...violations.map((diagnostic) => locate(sources, diagnostic)),
  ];
}

/** A file that includes others need not have certificates of its own. */
function withCerts(tree: unknown): unknown {
  return isMap(tree) && "include" in tree && !("certs" in tree) ? { ...tree, certs: [] } : tree;
}

/** Reads one tree, and leaves out the values with unknown variables. */
function readPart<T>(
  tree: unknown,
  variable: Variable,
  read: (tree: unknown) => Reading<T>,
): Pick<Source, "unset" | "diagnostics"> & { readonly draft: Draft<T> | undefined } {
  const unset = substitute(tree, variable, SPARE);
  const reading = read(tree);
  let draft: unknown = reading.file;
  for (const { path } of unset) draft = without(draft, path);
  const diagnostics = reading.whole ? [] : reading.diagnostics;
  return { draft: draft as Draft<T> | undefined, diagnostics, unset };
}

/** The files that the patterns match, and the errors of the other patterns. */
function include(
  tree: unknown,
  draft: Draft<File>,
  environment: Environment,
): { readonly found: readonly FoundFile[]; readonly errors: readonly KeyDiagnostic[] } {
  const patterns = [...draft.include?.entries() ?? []]
    .flatMap(([number, pattern]) => pattern === undefined ? [] : [{ number, pattern }]);
  const all = patterns.length === 0
    ? []
    : environment.include(patterns.map(({ pattern }) => pattern));
  const isList = isMap(tree) && Array.isArray(tree["include"]);
  const errors = all.filter((one) => one.kind === "invalid").map(({ pattern, message }) => ({
    path: isList ? ["include", patterns[pattern]?.number ?? 0] : ["include"],
    message,
  }));
  return { found: all.filter((one) => one.kind !== "invalid"), errors };
}

async function readIncluded(
  included: FoundFile,
  main: string,
  variable: Variable,
): Promise<Part> {
  if (included.kind === "refused") return included.diagnostics;
  const { file, text } = included;
  const yaml = readYaml(text);
  if (yaml.error !== undefined) {
    const { explainSyntax } = await import("./explain_diagnostics.ts");
    return explainSyntax(text, yaml.error, formatKeyPath).map((diagnostic) => ({
      file,
      ...diagnostic,
    }));
  }
  if (yaml.tree === undefined || yaml.tree === null) {
    const message = `is empty; add at least "certs", a list of certificates`;
    return [{ file, line: 1, column: 1, key: "", message }];
  }
  const schema = includedSchema(main);
  const { draft, ...found } = readPart(yaml.tree, variable, (tree) => readBy(schema, tree));
  return { file, text, certs: draft?.certs ?? [], ...found };
}

/** The schema of an included file, which takes only certificates. */
function includedSchema(main: string) {
  const message = `is allowed only in the main file, ${quote(main)}`;
  const elsewhere = new Map(["config", "include", "defaults"].map((key) => [key, message]));
  return map(`a map with the key "certs"`, { certs: certificates }, SPARE, elsewhere);
}

function isSource(part: Part): part is Source {
  return "text" in part;
}

/** @param sources The texts that contain the certificates that the paths count. */
function locate(
  sources: readonly Source[],
  { path, other, ...diagnostic }: KeyDiagnostic,
): LocatedDiagnostic {
  return {
    ...diagnostic,
    at: spotOf(sources, path),
    ...(other !== undefined && { other: spotOf(sources, other) }),
  };
}

async function configError(
  main: string,
  parts: readonly Part[],
  located: readonly LocatedDiagnostic[],
): Promise<ConfigError> {
  const { placeInSources } = await import("./explain_diagnostics.ts");
  const placed = placeInSources(main, located, formatKeyPath);
  return new ConfigError(
    main,
    parts.flatMap((part) => isSource(part) ? placed.get(part) ?? [] : part),
  );
}
