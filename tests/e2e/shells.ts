/** Real shells with the completion that the compiled program prints. */
import { fileURLToPath } from "node:url";
import { runQuietly } from "../../scripts/command.ts";
import { shellLibraries } from "../support/fetch_shells.ts";
import { pathOfPart } from "../support/parts.ts";
import { compiledVcm, runVcm } from "../support/vcm.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

export interface Shells extends AsyncDisposable {
  /** The home of their user, in which they start. */
  readonly directory: string;
  /** Writes a configuration with certificates of these names, and returns its path. */
  configure(file: string, names: readonly string[]): Promise<string>;
  /** What a shell offers at the end of each line, sorted. */
  offered(shell: Shell, lines: readonly string[]): Promise<string[][]>;
  /** Types each line and Enter, and returns the arguments of each call of a program named vcm. */
  typed(shell: Shell, lines: readonly string[]): Promise<string[][]>;
  /** Ids of processes with this home that run still. */
  running(): string[];
}

const SCRIPTS = fileURLToPath(new URL("shells", import.meta.url));
/** Of a shell that waits for more than was typed; one that works takes 5 seconds. */
const PATIENCE = ["timeout", "60"] as const;
/** As under `nohup`, where a shell is ended by nothing but its own end. */
const HANG_UPS_IGNORED = ["sh", "-c", `trap "" HUP; exec "$@"`, "sh"] as const;

export async function startShells(): Promise<Shells> {
  const parts = await pathOfPart("shells");
  const directory = await makeHome();
  const env = environment(directory, parts);
  const run = async (words: readonly string[], result: string) => {
    await Deno.writeTextFile(`${directory}/${result}`, "");
    const command = [...PATIENCE, ...HANG_UPS_IGNORED, "env", "-i", ...env, ...words] as const;
    await runQuietly(command, { cwd: directory });
    return readBlocks(await Deno.readTextFile(`${directory}/${result}`));
  };
  const programs = { bash: "bash", zsh: `${parts}/bin/zsh`, fish: `${parts}/usr/bin/fish` };
  const type = async (shell: Shell, keys: readonly string[], result: string) => {
    await Deno.writeTextFile(`${directory}/keys`, keys.join("\0"));
    const typing = [programs.zsh, "-f", `${SCRIPTS}/type.zsh`];
    return await run([...typing, programs[shell], ...OPTIONS[shell]], result);
  };
  return {
    directory,
    async configure(file, names) {
      const certs = names.map((name) => ({ name, common_name: "a.e2e.test", pki: "p", role: "r" }));
      await Deno.writeTextFile(`${directory}/${file}`, JSON.stringify({ certs }), { mode: 0o600 });
      return `${directory}/${file}`;
    },
    async offered(shell, lines) {
      // Ctrl-T notes; then the line is cleared away, and an empty call ends it.
      const keys = lines.map((line) => `${line}\x14\x15vcm`);
      await Deno.writeTextFile(`${directory}/lines`, lines.map((line) => `${line}\n`).join(""));
      const blocks = shell === "zsh"
        ? await type(shell, keys, "offered")
        : await run([programs[shell], `${SCRIPTS}/offer.${shell}`], "offered");
      return blocks.map((block) => block.toSorted());
    },
    typed: (shell, lines) => type(shell, lines, "called"),
    running: () => processesWith(`\0HOME=${directory}\0`),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** How each is started so that it reads these settings and no others. */
const OPTIONS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["--noprofile", "--rcfile", `${SCRIPTS}/settings.bash`, "-i"],
  zsh: ["-i"],
  fish: ["--no-config", "-i", "-C", "source $SCRIPTS/settings.fish"],
};

async function makeHome(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-shells-" });
  await Deno.mkdir(`${directory}/bin`);
  await Deno.symlink(await compiledVcm(), `${directory}/bin/vcm`);
  await Deno.mkdir(`${directory}/functions`);
  await Deno.symlink(`${SCRIPTS}/settings.zsh`, `${directory}/.zshrc`);
  const places = { bash: "vcm.bash", zsh: "functions/_vcm", fish: "vcm.fish" };
  for (const shell of SHELLS) {
    const { stdout } = await runVcm(["completion", shell]);
    await Deno.writeTextFile(`${directory}/${places[shell]}`, stdout);
  }
  return directory;
}

function environment(directory: string, parts: string): string[] {
  return Object.entries({
    PATH: `${directory}/bin:/usr/bin:/bin`,
    HOME: directory,
    PARTS: parts,
    SCRIPTS,
    TERM: "xterm",
    LC_ALL: "C.UTF-8",
    fish_history: "",
    // Fish would leave a pipe in /tmp.
    XDG_RUNTIME_DIR: directory,
    ...shellLibraries(parts),
  }).map(([name, value]) => `${name}=${value}`);
}

/** Ids of processes with this text in their environment. */
function processesWith(text: string): string[] {
  const ids = [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => +name > 0);
  return ids.filter((id) => {
    try {
      return `\0${Deno.readTextFileSync(`/proc/${id}/environ`)}`.includes(text);
    } catch {
      // It has ended meanwhile, or is another user's.
      return false;
    }
  });
}

/** Lines, in blocks that end with `end:`. */
function readBlocks(text: string): string[][] {
  return text.split("end:\n").slice(0, -1).map((block) => block.split("\n").slice(0, -1));
}
