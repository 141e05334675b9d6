/** Makes a test of each property. They share the time, and each runs with its own rights only. */
import type { Fuzz } from "./fuzz.ts";
import { PROPERTIES } from "./properties.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The `yaml` package, in its build for Node, looks at these; see tests/support/pure_test.ts. */
const ENV = ["LOG_TOKENS", "LOG_STREAM"];
const NONE = { env: ENV, ffi: false, import: false, net: false, read: false, run: false } as const;

/** @param seconds For all properties together, unless FUZZ_SECONDS says. */
export function register(seconds: number): void {
  const settings = readSettings(seconds);
  console.log(`Fuzzing ${PROPERTIES.length} properties with FUZZ_SEED=${settings.seed}`);
  for (const property of PROPERTIES) {
    Deno.test({
      name: property.name,
      permissions: { ...NONE, sys: false, write: false, ...property.rights },
      fn: () => run(property, settings),
    });
  }
}

async function run({ name, check }: Fuzz, { seconds, ...start }: Settings): Promise<void> {
  const began = performance.now();
  const { cases, failure } = await check({ ...start, time: seconds * 1000 / PROPERTIES.length });
  const took = (performance.now() - began) / 1000;
  console.log(`${cases} cases, ${Math.round(cases / took)} a second`);
  if (failure === undefined) return;
  throw new Error(
    `${failure.report}\n\nTo have it again: FUZZ_SEED=${start.seed} FUZZ_PATH=${failure.path} ` +
      `deno task fuzz --filter ${JSON.stringify(name)}`,
    { cause: failure.cause },
  );
}
