/**
 * Parses a file that uses included files, variables or defaults. The certificates of all files are
 * checked together as one configuration. Each diagnostic names the file that contains the error.
 */
import { quote } from "../text/quote.ts";
import { applyDefaults, checkDefaults } from "./apply_defaults.ts";
import {
  ConfigError,
  type Diagnostic,
  formatKeyPath,
  type KeyDiagnostic,
  type KeyPath,
} from "./diagnostic.ts";
import type { Environment, Included } from "./environment.ts";
import type { LocatedDiagnostic, SourceText, Spot } from "./explain_diagnostics.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import type { Value } from "./declaration.ts";
import { type CertificateEntry, type File, fileSchema, includedSchema } from "./schema.ts";
import { type Draft, isMap, readBy, without } from "./read_tree.ts";
import { askOnce, substitute } from "./substitute.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** A text with its certificates and diagnostics. Paths are relative to this text. */
interface Source extends SourceText {
  readonly certs: readonly (Draft<CertificateEntry> | undefined)[];
  readonly diagnostics: readonly KeyDiagnostic[];
  /** Diagnostics of variables that have no value. */
  readonly unset: readonly KeyDiagnostic[];
}

/** A text that was parsed as YAML, or why there is none. */
type Part = Source | readonly Diagnostic[];

type Variable = Environment["variable"];
type FoundFile = Exclude<Included, { kind: "invalid" }>;

/**
 * Throws `ConfigError` with every diagnostic of all files.
 *
 * @param main The main file and its tree.
 */
export async function parseWhole(
  main: { readonly file: string; readonly text: string; readonly tree: unknown },
  environment: Environment = { variable: () => undefined, include: () => [] },
): Promise<Config> {
  const variable = askOnce((name) => environment.variable(name));
  const tree = withCerts(main.tree);
  const { draft = {}, diagnostics, unset } = readPart(tree, variable, fileSchema);
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
    const { placeInSources } = await import("./explain_diagnostics.ts");
    const placed = placeInSources(main.file, located);
    throw new ConfigError(
      main.file,
      parts.flatMap((part) => isSource(part) ? placed.get(part) ?? [] : part),
    );
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

/** A file that includes others, or has trust entries, need not have certificates of its own. */
function withCerts(tree: unknown): unknown {
  const isEnough = isMap(tree) && ("include" in tree || "trust" in tree) && !("certs" in tree);
  return isEnough ? { ...tree, certs: [] } : tree;
}

/** Reads one tree, and leaves out the values with unknown variables. */
function readPart<T>(tree: unknown, variable: Variable, schema: Value<T>) {
  const unset = substitute(tree, variable);
  const { draft, diagnostics } = readBy(schema, tree);
  return { draft: without(draft, unset), diagnostics, unset };
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
  const yaml = await readYaml(text);
  if (yaml.error !== undefined) {
    const { explainSyntax } = await import("./explain_diagnostics.ts");
    return explainSyntax(text, yaml.error).map((diagnostic) => ({ file, ...diagnostic }));
  }
  if (yaml.tree === undefined || yaml.tree === null) {
    const message = `is empty; add at least "certs", a list of certificates`;
    return [{ file, line: 1, column: 1, key: "", message }];
  }
  const { draft, ...found } = readPart(yaml.tree, variable, includedSchema(quote(main)));
  return { file, text, certs: draft?.certs ?? [], ...found };
}

function isSource(part: Part): part is Source {
  return "text" in part;
}

/** @param sources The texts that contain the certificates that the paths count. */
function locate(
  sources: readonly Source[],
  { path, other, ...diagnostic }: KeyDiagnostic,
): LocatedDiagnostic {
  return { ...diagnostic, at: spotOf(sources, path), other: other && spotOf(sources, other) };
}

/** Finds the text of a path of the whole, in which certificates are counted through all texts. */
function spotOf(sources: readonly Source[], path: KeyPath): Spot {
  const [main] = sources;
  if (main === undefined) throw new Error("No text to find a path in");
  const [top, index, ...rest] = path;
  if (top !== "certs" || typeof index !== "number") return { source: main, path };
  let left = index;
  for (const source of sources) {
    if (left < source.certs.length) return { source, path: ["certs", left, ...rest] };
    left -= source.certs.length;
  }
  return { source: main, path };
}

/** The diagnostics of all texts that have a path in the whole, with this path. */
function wholeDiagnostics(sources: readonly Source[]): KeyDiagnostic[] {
  let before = 0;
  return sources.flatMap(({ file, certs, diagnostics, unset }) => {
    const first = before;
    before += certs.length;
    return [...unset, ...diagnostics].flatMap((diagnostic) => {
      const [top, index, ...rest] = diagnostic.path;
      if (top === "certs" && typeof index === "number") {
        return [{ ...diagnostic, path: [top, first + index, ...rest] }];
      }
      return file === undefined ? [diagnostic] : [];
    });
  });
}
