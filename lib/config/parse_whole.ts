/**
 * A file with more to it than its own text: included files, variables, defaults. The certificates of
 * all files are put together to one, which is judged as a whole; mistakes are shown where they stand.
 */
import { applyDefaults } from "./apply_defaults.ts";
import { checkDefaults } from "./default_rules.ts";
import { readIncludedTree } from "./included_schema.ts";
import { type Finding, formatKeyPath } from "./key_path.ts";
import { ConfigError, type Problem } from "./diagnostic.ts";
import { resolveConfig } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import { type Draft, type File, type Reading, readTree, SPARE, without } from "./schema.ts";
import { isMap } from "./shapes.ts";
import { findingsOfWhole, type Located, type Source, spotOf } from "./sources.ts";
import { askOnce, substitute } from "./substitute.ts";
import { type Environment, type Included, NOTHING_AROUND } from "./environment.ts";
import type { Config } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** The main file, read as YAML. */
export interface MainFile {
  readonly file: string;
  readonly text: string;
  readonly tree: unknown;
}

type Variable = Environment["variable"];
type FoundFile = Exclude<Included, { kind: "mistake" }>;

/** A text that could be read as YAML, or why there is none. */
type Part = Source | readonly Problem[];

/** Throws `ConfigError` with every mistake of all files. */
export async function parseWhole(
  main: MainFile,
  environment: Environment = NOTHING_AROUND,
): Promise<Config> {
  const variable = askOnce((name) => environment.variable(name));
  const tree = withCerts(main.tree);
  const { draft = {}, findings, unset } = readPart(tree, variable, readTree);
  const { found, invalids } = include(tree, draft, environment);
  const own: Source = {
    text: main.text,
    certs: draft.certs ?? [],
    findings: [...findings, ...invalids],
    unset,
  };
  const parts: Part[] = [own];
  for (const one of found) parts.push(await readIncluded(one, main.file, variable));
  const sources = parts.filter(isSource);
  const whole: Draft<File> = { ...draft, certs: sources.flatMap(({ certs }) => certs) };
  const located = judge(whole, sources);
  if (located.length > 0 || sources.length < parts.length) {
    throw await configError(main.file, parts, located);
  }
  // Without a mistake a draft is whole.
  return resolveConfig(applyDefaults(whole as File), main.file);
}

/** All that is wrong in the texts, and with the whole that they make up. */
function judge(whole: Draft<File>, sources: readonly Source[]): Located[] {
  const known = findingsOfWhole(sources);
  const wrong = new Set(known.map(({ path }) => formatKeyPath(path)));
  const breaches = [
    ...checkDefaults(whole, (path) => wrong.has(formatKeyPath(path))),
    ...checkRules(whole, known),
  ];
  return [
    ...sources.flatMap((source) => [
      ...source.unset.map((finding) => ({ ...locate([source], finding), alone: true })),
      ...source.findings.map((finding) => locate([source], finding)),
    ]),
    ...breaches.map((finding) => locate(sources, finding)),
  ];
}

/** A file that includes others need have none of its own. */
function withCerts(tree: unknown): unknown {
  return isMap(tree) && "include" in tree && !("certs" in tree) ? { ...tree, certs: [] } : tree;
}

/** Reads one tree, and leaves out the values whose variables are not known. */
function readPart<T>(
  tree: unknown,
  variable: Variable,
  read: (tree: unknown) => Reading<T>,
): Pick<Source, "unset" | "findings"> & { readonly draft: Draft<T> | undefined } {
  const unset = substitute(tree, variable, SPARE);
  const reading = read(tree);
  let draft: unknown = reading.file;
  for (const { path } of unset) draft = without(draft, path);
  const findings = reading.whole ? [] : reading.findings;
  return { draft: draft as Draft<T> | undefined, findings, unset };
}

/** What the patterns lead to, and those that lead nowhere. */
function include(
  tree: unknown,
  draft: Draft<File>,
  environment: Environment,
): { readonly found: readonly FoundFile[]; readonly invalids: readonly Finding[] } {
  const patterns = [...draft.include?.entries() ?? []]
    .flatMap(([number, pattern]) => pattern === undefined ? [] : [{ number, pattern }]);
  const all = patterns.length === 0
    ? []
    : environment.include(patterns.map(({ pattern }) => pattern));
  const isList = isMap(tree) && Array.isArray(tree["include"]);
  const invalids = all.filter((one) => one.kind === "mistake").map(({ pattern, message }) => ({
    path: isList ? ["include", patterns[pattern]?.number ?? 0] : ["include"],
    message,
  }));
  return { found: all.filter((one) => one.kind !== "mistake"), invalids };
}

async function readIncluded(
  included: FoundFile,
  main: string,
  variable: Variable,
): Promise<Part> {
  if (included.kind === "refused") return included.problems;
  const { file, text } = included;
  const yaml = readYaml(text);
  if (yaml.fault !== undefined) {
    const { explainSyntax } = await import("./explain_diagnostics.ts");
    return explainSyntax(text, yaml.fault, formatKeyPath).map((problem) => ({ file, ...problem }));
  }
  if (yaml.tree === undefined || yaml.tree === null) {
    const message = `is empty; add at least "certs", a list of certificates`;
    return [{ file, line: 1, column: 1, key: "", message }];
  }
  const { draft, ...found } = readPart(
    yaml.tree,
    variable,
    (tree) => readIncludedTree(tree, main),
  );
  return { file, text, certs: draft?.certs ?? [], ...found };
}

function isSource(part: Part): part is Source {
  return "text" in part;
}

/** @param sources Those that the finding's paths are counted through. */
function locate(sources: readonly Source[], { path, other, ...finding }: Finding): Located {
  return {
    ...finding,
    at: spotOf(sources, path),
    ...(other !== undefined && { other: spotOf(sources, other) }),
  };
}

async function configError(
  main: string,
  parts: readonly Part[],
  located: readonly Located[],
): Promise<ConfigError> {
  const { placeInSources } = await import("./explain_diagnostics.ts");
  const placed = placeInSources(main, located, formatKeyPath);
  return new ConfigError(
    main,
    parts.flatMap((part) => isSource(part) ? placed.get(part) ?? [] : part),
  );
}
