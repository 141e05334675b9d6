import { runDeno } from "../../scripts/command.ts";
import { BINARY, STAMP } from "../../scripts/compile.ts";
import { ROOT } from "../../scripts/project.ts";
import { sourceStamp } from "../../scripts/source_stamp.ts";
import { exists } from "./part.ts";

/** How `vcm` is run. */
export interface VcmOptions {
  readonly cwd?: string;
  /** The whole environment of the program but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a run of `vcm` ended, and what it said. */
export interface VcmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let binary: Promise<string> | undefined;

/** The path of the compiled program, which is compiled first where its sources have changed. */
export function compiledVcm(): Promise<string> {
  return binary ??= compileWhereChanged();
}

async function compileWhereChanged(): Promise<string> {
  const isCurrent = await exists(BINARY) && await exists(STAMP) &&
    await Deno.readTextFile(STAMP) === await sourceStamp();
  if (!isCurrent) {
    await runDeno(["run", "-A", "scripts/compile.ts"], { cwd: ROOT });
  }
  return BINARY;
}

/** Copies the compiled program into a directory where every user may run it; returns its path. */
export async function copyVcm(directory: string): Promise<string> {
  const binary = `${directory}/vcm`;
  await Deno.chmod(directory, 0o755);
  await Deno.copyFile(await compiledVcm(), binary);
  await Deno.chmod(binary, 0o755);
  return binary;
}

/** Runs the compiled program, however it ends, with no environment but the given one. */
export async function runVcm(
  args: readonly string[],
  { cwd = "/", env = {} }: VcmOptions = {},
): Promise<VcmResult> {
  const output = await new Deno.Command(await compiledVcm(), {
    args: [...args],
    stdin: "null",
    cwd,
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}
