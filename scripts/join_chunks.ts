/**
 * Joins an entry of a bundle and the chunks that it needs at once into one file. The bundler makes a
 * chunk for each set of lazy parts that share code, and each file costs time on every run; that all of
 * these are always loaded together, it does not know.
 *
 * The joined file exports one object with all that other files took from its chunks, which go away: a
 * name that a module exports costs as much on every run as a hundred bytes of code. So what is
 * exported must not be assigned anew once the file was evaluated. The entry must not await anything at
 * its top: that may be a lazy part, which needs the joined file, and each would wait for the other.
 */
import { runDeno } from "./command.ts";

const MAIN = "main.js";
const ENTRY = "joined.js";

/**
 * Joins what is loaded at start, and for each given lazy part what it needs beyond that.
 *
 * @param directory Path of a bundle of modules, not minified, in which `main.js` is the beginning.
 * @param parts Names of lazy modules, without their extension.
 */
export async function joinChunks(directory: string, parts: readonly string[] = []): Promise<void> {
  await join(directory, MAIN);
  for (const part of parts) {
    const name = [...(await readAll(directory)).keys()].find((file) => isPart(file, part));
    if (name === undefined) throw new Error(`The bundle has no part "${part}"`);
    await join(directory, name);
  }
  const files = await readAll(directory);
  for (const [name, text] of files) {
    const outside = [...files.keys()].filter((other) => other !== name);
    if (text.includes(JS_YAML)) await minify(directory, withoutUnused(text), name, outside);
  }
}

/** The bundler adds a hash to the name of a lazy module. */
function isPart(file: string, part: string): boolean {
  return file.startsWith(`${part}-`) && /^-\w{8}\.js$/.test(file.slice(part.length));
}

async function readAll(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (isFile) files.set(name, await Deno.readTextFile(`${directory}/${name}`));
  }
  return files;
}

async function join(directory: string, entry: string): Promise<void> {
  const files = await readAll(directory);
  const chunks = chunksOf(entry, files);
  const exported = gatherExports(files, chunks, entry);
  const others = [...files.keys()].filter((name) => name !== entry && !chunks.has(name));
  const text = `export * from "./${entry}";\n${entryOf(chunks, exported)}`;
  await minify(directory, text, entry, others);
  for (const chunk of chunks) await Deno.remove(`${directory}/${chunk}`);
  for (const name of others) {
    const joined = joinImports(files.get(name) ?? "", exported, chunks, entry);
    await Deno.writeTextFile(`${directory}/${name}`, joined);
  }
}

/** What an entry needs at once, and what that needs. */
function chunksOf(entry: string, files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const chunks = new Set<string>();
  const gather = (name: string) => {
    for (const [, , chunk = ""] of (files.get(name) ?? "").matchAll(IMPORT)) {
      if (chunks.has(chunk)) continue;
      chunks.add(chunk);
      gather(chunk);
    }
  };
  gather(entry);
  return chunks;
}

/** `import { a, b as c } from "./chunk-X.js";` or `import "./chunk-X.js";`, as the bundler writes it. */
const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/(chunk-\w+\.js)";$/gm;

/** A name that a chunk exports, and that by which the joined file exports the same. */
interface Export {
  readonly name: string;
  readonly joined: string;
}

/** What files that are not joined import of the chunks. */
function gatherExports(
  files: ReadonlyMap<string, string>,
  chunks: ReadonlySet<string>,
  entry: string,
): ReadonlyMap<string, readonly Export[]> {
  const exported = new Map<string, Export[]>();
  const known = new Set<string>();
  for (const [file, text] of files) {
    if (file === entry || chunks.has(file)) continue;
    for (const [, list, chunk = ""] of text.matchAll(IMPORT)) {
      if (list === undefined || !chunks.has(chunk)) continue;
      for (const { name } of namesIn(list)) {
        if (known.has(`${chunk} ${name}`)) continue;
        known.add(`${chunk} ${name}`);
        const names = exported.get(chunk) ?? [];
        exported.set(chunk, [...names, { name, joined: `_${known.size}` }]);
      }
    }
  }
  return exported;
}

/** The entries of a list such as `a, b as c`. */
function namesIn(list: string): { readonly name: string; readonly own: string }[] {
  return list.split(",").map((entry) => {
    const [name = "", own = name] = entry.trim().split(" as ");
    return { name, own };
  });
}

/**
 * js-yaml makes all of its schemas, and what writes YAML, at once. We always name a schema and write
 * none, so a third of the package can go: what nobody refers to any more, the bundler leaves out.
 *
 * Throws Error if the package has another shape than the one that is known here.
 */
function withoutUnused(text: string): string {
  return UNUSED.reduce((left, [pattern, instead]) => {
    const next = left.replaceAll(pattern, instead);
    if (next === left) {
      throw new Error(`js-yaml has nothing like ${pattern}: what is unused in it?`);
    }
    return next;
  }, text);
}

/** What only the text of that package has. */
const JS_YAML = "function requireJsYaml";

const UNUSED: readonly (readonly [RegExp, string])[] = [
  [/^ *const \w+ = requireDumper\w*\(\);\n/gm, ""],
  [/^ *\w+\.dump = dumper\w*\.dump;\n/gm, ""],
  [/^ *\w+\.(?:JSON|CORE|DEFAULT)_SCHEMA = \w+\(\);\n/gm, ""],
  [/^ *jsYaml\w*\.types = \{[^}]*\};\n/gm, ""],
  [/^ *const DEFAULT_SCHEMA\w* = require_default\w*\(\);\n/gm, ""],
  [/options\["schema"\] \|\| DEFAULT_SCHEMA\w*/g, `options["schema"]`],
];

/** The text that joins the chunks, in the order in which they are needed. */
function entryOf(
  chunks: ReadonlySet<string>,
  exported: ReadonlyMap<string, readonly Export[]>,
): string {
  const all: string[] = [];
  const imports = [...chunks].map((chunk) => {
    const names = exported.get(chunk) ?? [];
    all.push(...names.map(({ joined }) => joined));
    const list = names.map(({ name, joined }) => `${name} as ${joined}`).join(", ");
    return `import { ${list} } from "./${chunk}";\n`;
  });
  return `${imports.join("")}export const all = { ${all.join(", ")} };\n`;
}

/** Bundles a text that lies beside the given files, which stay outside. */
async function minify(
  directory: string,
  text: string,
  output: string,
  outside: readonly string[],
): Promise<void> {
  await Deno.writeTextFile(`${directory}/${ENTRY}`, text);
  const external = outside.flatMap((name) => ["--external", `./${name}`]);
  const how = ["--platform", "browser", "--minify", ...external];
  await runDeno(["bundle", ...how, "-o", output, ENTRY], { cwd: directory });
  await Deno.remove(`${directory}/${ENTRY}`);
}

/** A file that is not joined, with what it takes from joined chunks taken from the joined file. */
function joinImports(
  text: string,
  exported: ReadonlyMap<string, readonly Export[]>,
  chunks: ReadonlySet<string>,
  output: string,
): string {
  const taken: string[] = [];
  const rest = text.replaceAll(IMPORT, (whole, list: string | undefined, chunk: string) => {
    if (!chunks.has(chunk)) return whole;
    const joined = new Map(exported.get(chunk)?.map(({ name, joined }) => [name, joined]));
    const names = list === undefined ? [] : namesIn(list);
    taken.push(...names.map(({ name, own }) => `${joined.get(name)}: ${own}`));
    return "";
  });
  if (rest === text) return text;
  // A chunk may be there for what it does, so the file is imported though nothing is taken.
  const all = `$${output.replace(/\W.*/, "")}`;
  return `import { all as ${all} } from "./${output}";\nconst { ${
    taken.join(", ")
  } } = ${all};\n${rest}`;
}
