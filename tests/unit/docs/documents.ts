/** The project's documents, as tests read them. */
import { filesBelow } from "../../../scripts/files_below.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Those of the first directory, and all below docs. */
export const DOCUMENTS: readonly string[] = [
  "SECURITY.md",
  "README.md",
  "CONTRIBUTING.md",
  ...(await filesBelow("docs")).filter((path) => path.endsWith(".md")),
];

export function readDocument(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Texts of the fenced blocks of one language. */
export function blocks(document: string, language: string): string[] {
  const fence = new RegExp("^```" + language + "\\n([\\s\\S]*?)^```$", "gm");
  return [...document.matchAll(fence)].map((match) => match[1] ?? "");
}

/** What GitHub makes of the headings of a document, for links that lead to them. */
export function anchors(document: string): ReadonlySet<string> {
  const text = document.replaceAll(/^```[^]*?^```$/gm, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

/** Rows of all tables below a heading, each as the texts of its cells. */
export function tableBelow(document: string, heading: string): string[][] {
  const at = document.indexOf(`${heading}\n`);
  if (at < 0) throw new Error(`No heading "${heading}"`);
  const section = document.slice(at + heading.length).split(/^#/m, 1)[0] ?? "";
  return section.split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** What stands between backticks in a text. */
export function codeWords(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

/** The program's sources in one text; what is cut into lines because it is long is whole again. */
export async function readSources(): Promise<string> {
  return (await sourcesBelow("lib")).map(readDocument)
    .map((text) => text.replace(/["'`] \+\s+["'`]/g, "")).join("\n");
}

/** Paths of all sources in a directory and those below it. */
export async function sourcesBelow(directory: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory, ROOT))) {
    const path = `${directory}/${name}`;
    if (isDirectory) paths.push(...await sourcesBelow(path));
    else paths.push(path);
  }
  return paths;
}
