import { unpackWheel } from "./fetch_wheel.ts";
import { fetchOnce, type Part } from "./part.ts";

const VERSION = "0.26.0";
const SHA256 = ["fa93d06737aa02bacd05794768508bb97d2fbee28cb3bca04eaae92f0ca953d6"];

/** Fetches Prometheus' client for Python, which has a parser; returns a directory for `PYTHONPATH`. */
export function fetchPrometheus(): Promise<Part> {
  const directory = `prometheus-client-${VERSION}`;
  return fetchOnce(
    directory,
    (work) =>
      unpackWheel({ name: "prometheus-client", version: VERSION, sha256: SHA256 }, work, directory),
  );
}
