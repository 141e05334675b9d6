import { pendingDirectory } from "./store_paths.ts";

/**
 * Why the store cannot be used as it is: whoever may write in it, or in its directory of markers, could
 * plant keys and links there. Undefined as well where there is none, or nobody may look.
 */
export function storeFault(certStore: string): string | undefined {
  return directoryFault(certStore, stat(certStore, Deno.statSync)) ??
    directoryFault(pendingDirectory(certStore), stat(pendingDirectory(certStore), Deno.lstatSync));
}

function stat(path: string, look: (path: string) => Deno.FileInfo): Deno.FileInfo | undefined {
  try {
    return look(path);
  } catch {
    return undefined;
  }
}

function directoryFault(directory: string, info: Deno.FileInfo | undefined): string | undefined {
  if (info === undefined) return undefined;
  if (info.isSymlink) return `"${directory}" is a symbolic link; remove it`;
  const { uid, mode } = info;
  const me = Deno.uid();
  if (uid !== 0 && uid !== me) {
    return `The store "${directory}" belongs to user ${uid}, who could change what is deployed from ` +
      `it; fix: chown -R ${me} "${directory}"`;
  }
  if (((mode ?? 0) & 0o022) === 0) return undefined;
  return `The store "${directory}" is writable by others, who could change what is deployed from it; ` +
    `fix: chmod -R go-w "${directory}"`;
}
