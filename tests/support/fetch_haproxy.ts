import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/** Fetches HAProxy, which is in `usr/sbin/haproxy`, with the libraries that it needs. */
export function fetchHaproxy(): Promise<Part> {
  return fetchOnce("haproxy", (work) => unpackPackages(["haproxy"], work, "haproxy"));
}
