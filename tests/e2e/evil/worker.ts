/** Code in the thread of a plan that turned evil: it tries what the plan does not name. */
import { symlinkSync, writeFileSync } from "node:fs";
import { attempts } from "./attempts.ts";

interface Channel {
  onmessage: ((message: MessageEvent<{ readonly folder: string }>) => void) | null;
  postMessage(message: unknown): void;
}

const channel = globalThis as unknown as Channel;

channel.onmessage = async ({ data: { folder } }) => {
  const tried = await attempts({
    ...outside(folder),
    "a file that the plan names": () => Deno.writeTextFileSync(`${folder}/ssl/web.crt`, "x"),
    "another file beside it": () => Deno.writeTextFileSync(`${folder}/ssl/other.crt`, "x"),
    "another file by node:fs": () => writeFileSync(`${folder}/other`, "x"),
    "a link from a file that the plan names": () =>
      symlinkSync("/etc/shadow", `${folder}/ssl/web.crt`),
    "a program that the plan names": async () => {
      await new Deno.Command("/bin/true", { clearEnv: true }).output();
    },
  });
  channel.postMessage(tried);
};

/** What neither side may do. */
function outside(folder: string) {
  return {
    "another file to read": () => Deno.readTextFileSync(`${folder}/secret`),
    "another host": () => Deno.connect({ hostname: "127.0.0.2", port: 9 }),
    "another program": () => new Deno.Command("/bin/echo", { clearEnv: true }).output(),
    "a variable": () => Deno.env.get("HOME"),
    "native code": () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
    "code of a file": () => import(`file://${folder}/secret`),
    "code of a host": () => import(`http://127.0.0.1:9/${Date.now()}.js`),
  };
}
