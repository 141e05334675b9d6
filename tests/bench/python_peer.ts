import { runQuietly } from "../../scripts/command.ts";
import { ROOT } from "../../scripts/project.ts";
import { fetchOnce, type Part } from "../support/part.ts";

/** Makes a virtual environment with what python_peer.py needs; returns the path of its Python. */
export async function fetchPythonPeer(): Promise<Part> {
  const part = await fetchOnce("python-peer", async (work) => {
    const venv = `${work}/python-peer`;
    await runQuietly(["python3", "-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const whole = ["--only-binary", ":all:", "--require-hashes"];
    const list = `${ROOT}tests/bench/python_peer.txt`;
    await runQuietly([`${venv}/bin/python3`, ...pip, ...whole, "-r", list]);
  });
  return part.kind === "ready" ? { ...part, path: `${part.path}/bin/python3` } : part;
}
