/** Code in the thread of a plan that turned evil: it tries what the plan does not name. */
import { symlinkSync, writeFileSync } from "node:fs";
import { attempts } from "./attempts.ts";

interface Channel {
  onmessage: ((message: MessageEvent<{ readonly directory: string }>) => void) | null;
  postMessage(message: unknown): void;
}

const channel = globalThis as unknown as Channel;

channel.onmessage = async ({ data: { directory } }) => {
  const tried = await attempts({
    ...outside(directory),
    "a file that the plan names": () => Deno.writeTextFileSync(`${directory}/ssl/web.crt`, "x"),
    "another file beside it": () => Deno.writeTextFileSync(`${directory}/ssl/other.crt`, "x"),
    "another file by node:fs": () => writeFileSync(`${directory}/other`, "x"),
    "a link from a file that the plan names": () =>
      symlinkSync("/etc/shadow", `${directory}/ssl/web.crt`),
    "a program that the plan names": async () => {
      await new Deno.Command("/bin/true", { clearEnv: true }).output();
    },
  });
  channel.postMessage(tried);
};

/** What neither side may do. */
function outside(directory: string) {
  return {
    "another file to read": () => Deno.readTextFileSync(`${directory}/secret`),
    "another host": () => Deno.connect({ hostname: "127.0.0.2", port: 9 }),
    "another program": () => new Deno.Command("/bin/echo", { clearEnv: true }).output(),
    "a variable": () => Deno.env.get("HOME"),
    "native code": () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
    "code of a file": () => import(`file://${directory}/secret`),
    "code of a host": () => import(`http://127.0.0.1:9/${Date.now()}.js`),
  };
}
