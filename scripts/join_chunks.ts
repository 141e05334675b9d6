/**
 * Joins the chunks that the program loads at start into one file. The bundler makes a chunk for each
 * set of lazy parts that share code, and each file costs time on every run; that all of these are
 * always loaded together, it does not know.
 *
 * In the place of each joined chunk stays a file that passes its exports on to the lazy parts. The
 * main file is not joined: what it awaits may be a lazy part, which needs the joined file, and that
 * must not wait for the main file in turn.
 */
import { runDeno } from "./command.ts";

const JOINED = "start.js";
const ENTRY = "joined.js";

/** @param folder Path of a bundle of modules, not minified, in which `main.js` is the beginning. */
export async function joinChunks(folder: string): Promise<void> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    files.set(name, await Deno.readTextFile(`${folder}/${name}`));
  }
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  const chunks = chunksAtStart(files);
  const exported = gatherExports(files, chunks);
  for (const chunk of chunks) await write(chunk, withoutUnused(files.get(chunk) ?? ""));
  const passOnAll = (from: keyof Export, to: keyof Export, file: (chunk: string) => string) =>
    [...chunks].map((chunk) => [chunk, passOn(exported.get(chunk) ?? [], from, to, file(chunk))]);
  const entry = passOnAll("name", "joined", (chunk) => chunk).map(([, text]) => text).join("");
  await minify(folder, entry, JOINED, [...files.keys()].filter((name) => !chunks.has(name)));
  for (const [chunk = "", text = ""] of passOnAll("joined", "name", () => JOINED)) {
    await write(chunk, text);
  }
  await minify(folder, joinImports(files.get("main.js") ?? "", exported), "main.js", [
    JOINED,
    ...files.keys(),
  ]);
}

/** What `main.js` needs at once, and what that needs. */
function chunksAtStart(files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const chunks = new Set<string>();
  const gather = (name: string) => {
    for (const [, chunk = ""] of (files.get(name) ?? "").matchAll(IMPORT)) {
      if (chunks.has(chunk)) continue;
      chunks.add(chunk);
      gather(chunk);
    }
  };
  gather("main.js");
  return chunks;
}

/** `import { a, b as c } from "./chunk-X.js";` or `import "./chunk-X.js";`, as the bundler writes it. */
const IMPORT = /^import (?:\{[^}]*\} from )?"\.\/(chunk-\w+\.js)";$/gm;

/** A name that a chunk exports, and that by which the joined file exports the same. */
interface Export {
  readonly name: string;
  readonly joined: string;
}

/** What files that are not joined import of the chunks. */
function gatherExports(
  files: ReadonlyMap<string, string>,
  chunks: ReadonlySet<string>,
): ReadonlyMap<string, readonly Export[]> {
  const exported = new Map<string, Export[]>();
  const known = new Set<string>();
  for (const [file, text] of files) {
    if (chunks.has(file)) continue;
    for (const [, list = "", chunk = ""] of text.matchAll(NAMED_IMPORT)) {
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

const NAMED_IMPORT = /^import \{([^}]*)\} from "\.\/(chunk-\w+\.js)";$/gm;

/** The entries of a list such as `a, b as c`. */
function namesIn(list: string): { readonly name: string; readonly own: string }[] {
  return list.split(",").map((entry) => {
    const [name = "", own = name] = entry.trim().split(" as ");
    return { name, own };
  });
}

/**
 * js-yaml takes its functions out of objects, which may have effects for all that the bundler knows;
 * told that it has none, it leaves out what writes YAML, a quarter of the package.
 */
function withoutUnused(text: string): string {
  return text.replaceAll(
    /^var (\w+) = (dumper\.\w+);$/gm,
    "var $1 = /* @__PURE__ */ (() => $2)();",
  );
}

function passOn(
  names: readonly Export[],
  from: keyof Export,
  to: keyof Export,
  file: string,
): string {
  if (names.length === 0) return `import "./${file}";\n`;
  const list = names.map((each) => `${each[from]} as ${each[to]}`).join(", ");
  return `export { ${list} } from "./${file}";\n`;
}

/** Bundles a text that lies beside the given files, which stay outside. */
async function minify(
  folder: string,
  text: string,
  output: string,
  outside: readonly string[],
): Promise<void> {
  await Deno.writeTextFile(`${folder}/${ENTRY}`, text);
  const external = outside.flatMap((name) => ["--external", `./${name}`]);
  const how = ["--platform", "browser", "--minify", ...external];
  await runDeno(["bundle", ...how, "-o", output, ENTRY], { cwd: folder });
  await Deno.remove(`${folder}/${ENTRY}`);
}

/** The main file, each of its imports from the joined file. */
function joinImports(text: string, exported: ReadonlyMap<string, readonly Export[]>): string {
  return text
    .replaceAll(NAMED_IMPORT, (_, list: string, chunk: string) => {
      const joined = new Map(exported.get(chunk)?.map(({ name, joined }) => [name, joined]));
      const entries = namesIn(list).map(({ name, own }) => `${joined.get(name)} as ${own}`);
      return `import { ${entries.join(", ")} } from "./${JOINED}";`;
    })
    .replaceAll(/^import "\.\/chunk-\w+\.js";$/gm, "");
}
