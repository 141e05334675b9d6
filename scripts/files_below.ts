import { ROOT } from "./project.ts";

/**
 * Paths of all files below a path of the project, or of another root, sorted and relative to the
 * root: the path itself if it is a file, none if it does not exist.
 */
export async function filesBelow(path: string, root: string = ROOT): Promise<readonly string[]> {
  let isFile: boolean;
  try {
    isFile = (await Deno.stat(`${root}/${path}`)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  if (isFile) return [path];
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${root}/${path}`)) names.push(name);
  const found = await Promise.all(names.sort().map((name) => filesBelow(`${path}/${name}`, root)));
  return found.flat();
}
