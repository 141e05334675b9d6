import { processHost } from "./lib/command/host.ts";
import { main } from "./lib/cli/main.ts";
import { guardCommands } from "./lib/host/command_guard.ts";

// The modes that VCM gives to new files must hold for their owner, whatever the caller's umask denies.
Deno.umask(Deno.umask(0o077) & 0o077);
const [first, second] = Deno.args;
if (first === "write-files-as") {
  // Not for people: a run starts it for the files of another user.
  const { serveFileRequests } = await import("./lib/apply/writers/writer_process.ts");
  Deno.exit(await serveFileRequests(second));
}
guardCommands();
Deno.exit(await main(Deno.args, processHost()));
