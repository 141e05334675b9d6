/** Code in the worker that runs programs that turned evil: it tries what the plan does not name. */
import { attempts, type EvilChannel } from "./attempts.ts";
import { command, outside } from "./outside.ts";

const channel = globalThis as unknown as EvilChannel;

channel.onmessage = async ({ data: { directory } }) => {
  const tried = await attempts({
    ...outside(directory),
    "write a file that the plan names": () =>
      Deno.writeTextFileSync(`${directory}/ssl/web.crt`, "x"),
    "write to the store": () => Deno.writeTextFileSync(`${directory}/store/x`, "x"),
    "read the store": () => Deno.readTextFileSync(`${directory}/store/x`),
    "connect to the server": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
    "a program of the plan, with other arguments": () => command("/bin/true", ["--evil"]),
    "VCM itself": () => command(Deno.execPath(), ["--version"]),
    "ln": () => command("/bin/ln", ["-s", "x", `${directory}/ssl/evil`]),
    "ps": () => command("/bin/ps", ["axeww"]),
    "kill": () => command("/bin/kill", ["-CONT", "1"]),
  });
  channel.postMessage({ tried });
};
