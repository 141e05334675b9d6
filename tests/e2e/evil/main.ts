/** Hands a plan over as `vcm run` does, to workers that turned evil, and then turns evil itself. */
import { startThread } from "../../../lib/apply/run_in_worker.ts";
import { rightsFor } from "../../../lib/apply/permissions.ts";
import { processHost } from "../../../lib/command/host.ts";
import { carryOutRequest } from "../../../lib/apply/writers/own_writer.ts";
import { type FileRequest, lines } from "../../../lib/apply/writers/writer.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import { attempts, type EvilInput } from "./attempts.ts";
import { command, outside } from "./outside.ts";

const [directory = ""] = Deno.args;
// Evil code has run this program again.
if (directory === "--version") Deno.exit(0);
// The process of another user: whatever it is asked for, it does.
if (directory === "write-files-as") {
  for await (const line of lines(Deno.stdin.readable, 1_000_000)) {
    await carryOutRequest(JSON.parse(line) as FileRequest).catch(() => undefined);
    console.log(JSON.stringify({ kind: "done", value: true }));
  }
  Deno.exit(0);
}
const MODES = { cert: 0o644, chain: 0o644, fullchain: 0o644, privkey: 0o600, ca: 0o644 };
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
      }, {
        what: "bundle",
        path: `${directory}/bundles/web`,
        drift: [{ kind: "missing" }],
        mode: 0o600,
        modes: MODES,
        owners: { cert: {}, chain: {}, fullchain: {}, privkey: {}, ca: {} },
        createDirs: false,
      }, {
        what: "cert",
        path: `${directory}/user/web.crt`,
        drift: [{ kind: "missing" }],
        mode: 0o644,
        createDirs: false,
        by: { uid: 1000, gid: 1000 },
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
      validate: [["/bin/true"]],
      probes: [],
      timeout: 10,
      settle: 2,
    },
  ],
};

const { files, commands } = rightsFor(plan, { problem: "no server" });
const start = (rights: Parameters<typeof startThread>[0], name: string) =>
  startThread(rights, new URL(name, import.meta.url));
const fileWorker = start(files, "./file_worker.js");
const evilCommands = start(commands, "./command_worker.js");
const realCommands = start(commands, "../../../lib/apply/commands/worker.js");
processHost().giveUp("read", "write", "net", "run", "env", "sys");

const { port1, port2 } = new MessageChannel();
realCommands.postMessage({ plan: { steps: plan.steps }, port: port2 }, [port2]);
const { tried: inFileWorker, asked } = await ask(fileWorker, { directory, port: port1 }, [port1]);
const { tried: inCommandWorker } = await ask(evilCommands, { directory }, []);
const inMain = await attempts({
  ...outside(directory),
  "a file to write": () => Deno.writeTextFileSync(`${directory}/ssl/web.crt`, "x"),
  "the store": () => Deno.writeTextFileSync(`${directory}/store/x`, "x"),
  "a host of the plan": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "a program of the plan": () => command("/bin/true", []),
});
console.log(JSON.stringify({ inFileWorker, asked, inCommandWorker, inMain }));
Deno.exit(0);

function ask(worker: Worker, input: EvilInput, ports: MessagePort[]) {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (error) => reject(new Error(error.message));
  worker.postMessage(input, ports);
  return promise;
}
