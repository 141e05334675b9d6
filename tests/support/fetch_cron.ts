import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/** Fetches Debian's cron with the libraries that it needs: the directory with `usr/sbin/cron`. */
export async function fetchCron(): Promise<Part> {
  if (Deno.build.os !== "linux") return { kind: "missing", reason: "cron needs Linux" };
  return await fetchOnce("cron", (work) => unpackPackages(["cron"], work, "cron"));
}
