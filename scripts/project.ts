import { fileURLToPath } from "node:url";

/** The directory of the project, wherever the command was called from. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Where fetched tools are kept; git ignores it, and deleting it only costs a download. */
export const PARTS = `${ROOT}.parts/`;

/** Where built things go; git ignores it too. */
export const DIST = `${ROOT}dist/`;

/** The version that builds and tests: a binary embeds a runtime of exactly its builder's version. */
export const DENO_VERSION = "2.7.11";
