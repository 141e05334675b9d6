import { processHost } from "./lib/cli/host.ts";
import { main } from "./lib/cli/main.ts";

Deno.exit(await main(Deno.args, processHost()));
