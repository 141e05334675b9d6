/**
 * What a person may say of a run: FUZZ_SECONDS, the time for all properties together, and FUZZ_SEED
 * and FUZZ_PATH, which a failure prints, to have it again.
 */

export interface Settings {
  readonly seconds: number;
  /** A new one for each run, unless it is given. */
  readonly seed: number;
  /** Leads from the seed to one case; good for the property that printed it. */
  readonly path?: string;
}

/** @param seconds For all properties together, unless FUZZ_SECONDS says. */
export function readSettings(seconds: number): Settings {
  const path = Deno.env.get("FUZZ_PATH");
  return {
    seconds: Number(Deno.env.get("FUZZ_SECONDS") ?? seconds),
    seed: Number(Deno.env.get("FUZZ_SEED") ?? crypto.getRandomValues(new Int32Array(1))[0]),
    ...(path === undefined ? {} : { path }),
  };
}
