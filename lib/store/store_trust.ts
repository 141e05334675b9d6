import { markerFolder } from "./store_paths.ts";

/**
 * Why the store cannot be used as it is: whoever may write in it, or in its folder of markers, could
 * plant keys and links there. Undefined as well where there is none, or nobody may look.
 */
export function storeFault(certStore: string): string | undefined {
  return folderFault(certStore, stat(certStore, Deno.statSync)) ??
    folderFault(markerFolder(certStore), stat(markerFolder(certStore), Deno.lstatSync));
}

function stat(path: string, look: (path: string) => Deno.FileInfo): Deno.FileInfo | undefined {
  try {
    return look(path);
  } catch {
    return undefined;
  }
}

function folderFault(folder: string, info: Deno.FileInfo | undefined): string | undefined {
  if (info === undefined) return undefined;
  if (info.isSymlink) return `"${folder}" is a symbolic link; remove it`;
  const { uid, mode } = info;
  const me = Deno.uid();
  if (uid !== 0 && uid !== me) {
    return `The store "${folder}" belongs to user ${uid}, who could change what is deployed from ` +
      `it; cure: chown -R ${me} "${folder}"`;
  }
  if (((mode ?? 0) & 0o022) === 0) return undefined;
  return `The store "${folder}" is writable by others, who could change what is deployed from it; ` +
    `cure: chmod -R go-w "${folder}"`;
}
