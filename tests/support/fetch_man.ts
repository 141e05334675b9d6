import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches man and mandoc, the two readers of manual pages, with what they need from Debian's (or a
 * relative's) packages, and returns the directory with them, `usr/bin/man` and `usr/bin/mandoc`.
 */
export function fetchMan(): Promise<Part> {
  return fetchOnce(
    "man",
    (work) => unpackPackages(["man-db", "groff-base", "mandoc"], work, "man"),
  );
}

/** What lets man find groff and its macros where they were fetched to. */
export async function manVariables(man: string): Promise<Readonly<Record<string, string>>> {
  const directories = ["x86_64", "aarch64"].map((cpu) => `${man}/usr/lib/${cpu}-linux-gnu`);
  const groff = await Deno.realPath(`${man}/usr/share/groff/current`);
  return {
    PATH: `${man}/usr/bin:/usr/bin:/bin`,
    LD_LIBRARY_PATH: [`${man}/usr/lib/man-db`, ...directories].join(":"),
    GROFF_FONT_PATH: `${groff}/font`,
    GROFF_TMAC_PATH: `${groff}/tmac`,
  };
}
