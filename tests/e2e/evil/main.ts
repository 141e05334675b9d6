/** Hands a plan over as `vcm run` does, to code that turned evil, and then turns evil itself. */
import { startThread } from "../../../lib/apply/run_in_worker.ts";
import { rightsFor } from "../../../lib/apply/permissions.ts";
import { processHost } from "../../../lib/command/host.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import { attempts } from "./attempts.ts";

const [directory = ""] = Deno.args;
const plan: Plan = {
  at: new Date(),
  certStore: `${directory}/store`,
  certificates: [],
  services: [],
  steps: [
    {
      kind: "deploy",
      certificate: "web",
      storedSetUsable: true,
      targets: [{
        what: "cert",
        path: `${directory}/ssl/web.crt`,
        drift: [{ kind: "missing" }],
        mode: 0o644,
        createDirs: false,
      }],
      services: [],
      revocable: false,
    },
    {
      kind: "service",
      service: "command:x",
      action: { manager: "command", command: ["/bin/true"] },
      pending: { reason: "pending", detail: "" },
      certificates: [],
      about: { certificates: [], files: [] },
      validate: [],
      probes: [],
      timeout: 10,
    },
  ],
};

const rights = rightsFor(plan, { problem: "no server" });
const worker = startThread(rights, new URL("./worker.js", import.meta.url));
const { promise, resolve, reject } = Promise.withResolvers<unknown>();
worker.onmessage = ({ data }) => resolve(data);
worker.onerror = (error) => reject(new Error(error.message));
processHost().giveUp("read", "write", "net", "run", "env", "sys");
worker.postMessage({ directory });
const inWorker = await promise;
const inMain = await attempts({
  "a file to read": () => Deno.readTextFileSync(`${directory}/secret`),
  "a file to write": () => Deno.writeTextFileSync(`${directory}/ssl/web.crt`, "x"),
  "the store": () => Deno.writeTextFileSync(`${directory}/store/x`, "x"),
  "a host": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "a program": () => new Deno.Command("/bin/true", { clearEnv: true }).output(),
  "a variable": () => Deno.env.get("HOME"),
  "a thread with more rights": () => {
    const more = { read: true, write: true } as const;
    const url = "data:text/javascript,";
    new Worker(url, { type: "module", deno: { permissions: more } }).terminate();
  },
});
worker.terminate();
console.log(JSON.stringify({ inWorker, inMain }));
Deno.exit(0);
