import { unpackPackages } from "./debian_packages.ts";
import { exists, fetchOnce, type Part } from "./part.ts";

/**
 * Fetches getfacl and setfacl from Debian's (or a relative's) packages, and returns the directory with
 * them.
 */
export async function fetchAcl(): Promise<Part> {
  const part = await fetchOnce("acl", (work) => unpackPackages(["acl"], work, "acl"));
  if (part.kind === "missing") return part;
  const path = await exists(`${part.path}/usr/bin/getfacl`) ? "usr/bin" : "bin";
  return { kind: "ready", path: `${part.path}/${path}` };
}
