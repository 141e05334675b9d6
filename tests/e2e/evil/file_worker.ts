/** Code in the worker that writes files that turned evil: it tries what the plan does not name. */
import { symlinkSync } from "node:fs";
import { attempts, type EvilChannel } from "./attempts.ts";
import { hostileRequests } from "./hostile_requests.ts";
import { command, outside } from "./outside.ts";

const channel = globalThis as unknown as EvilChannel;

channel.onmessage = async ({ data: { directory, port } }) => {
  const tried = await attempts({
    ...outside(directory),
    "a link from a file that the plan names": () =>
      symlinkSync("/etc/shadow", `${directory}/ssl/web.crt`),
    "run a program of the plan": () => command("/bin/true", []),
    "run VCM itself": () => command(Deno.execPath(), ["run", "--config", `${directory}/secret`]),
    "run ln": () => command("/bin/ln", [`${directory}/secret`, `${directory}/store/secret`]),
    "run ps": () => command("/bin/ps", ["axeww"]),
    "run kill": () => command("/bin/kill", ["-CONT", "1"]),
    "a file that the plan names": () => Deno.writeTextFileSync(`${directory}/ssl/web.crt`, "x"),
    "the store": () => Deno.writeTextFileSync(`${directory}/store/x`, "x"),
  });
  const asked = port === undefined ? {} : await attempts(hostileRequests(directory, port));
  channel.postMessage({ tried, asked });
};
