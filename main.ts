import { processHost } from "./lib/command/host.ts";
import { main } from "./lib/cli/main.ts";

const [first, second] = Deno.args;
if (first === "write-files-as") {
  // Not for people: a run starts it for the files of another user.
  const { serveFileRequests } = await import("./lib/apply/writers/writer_process.ts");
  Deno.exit(await serveFileRequests(second));
}
Deno.exit(await main(Deno.args, processHost()));
