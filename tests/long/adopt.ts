import { runQuietly } from "../../scripts/command.ts";
import { ROOT } from "../../scripts/project.ts";
import { fetchConsulTemplate, writeTemplates } from "../bench/consul_template.ts";
import { OWNER, writeFleet } from "../bench/fleet.ts";
import { fetchPythonPeer } from "../bench/python_peer.ts";
import { listen } from "../integration/audit.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { compiledVcm } from "../support/vcm.ts";
import { passed, skipped, type Step } from "./step.ts";

/** How many certificates each tool writes. */
const COUNT = 20;

/** What real tools wrote is taken over: no request, no reload, no change of a file. */
export const adopt: Step = {
  name: "adopt",
  title:
    "the files of consul-template and of a Python tool are adopted, and a run has nothing to do",
  async run() {
    const [template, python] = [await fetchConsulTemplate(), await fetchPythonPeer()];
    for (const part of [template, python]) {
      if (part.kind === "missing") return skipped(part.reason);
    }
    await using bao = await startOpenBao({ audit: true });
    await setUpPki(bao);
    using directory = makeDirectory();
    const lines = [];
    if (template.kind === "ready") {
      await writeTemplates(directory.at("ct.json"), directory.at("ct"), bao, COUNT, OWNER);
      await runQuietly([template.path, "-once", "-config", directory.at("ct.json")]);
      const files = (at: number) => [
        `combined: "${directory.at(`ct/web${at}.key`)}"`,
        `cert: "${directory.at(`ct/web${at}.crt`)}"`,
      ];
      directory.write("ct.yaml", fleetOf(bao, directory, files));
      lines.push(`consul-template: ${await takeOver("ct", directory, bao)}`);
    }
    if (python.kind === "ready") {
      const file = directory.at("python-own.yaml");
      await writeFleet(file, directory.at("python"), bao, COUNT);
      await runQuietly([python.path, `${ROOT}tests/bench/python_peer.py`, file]);
      const files = (at: number) => [
        `cert: "${directory.at(`python/targets/web${at}.crt`)}"`,
        `privkey: "${directory.at(`python/targets/web${at}.key`)}"`,
      ];
      directory.write("python.yaml", fleetOf(bao, directory, files));
      lines.push(`the Python tool: ${await takeOver("python", directory, bao)}`);
    }
    return passed(lines.join("; "));
  },
};

function fleetOf(
  bao: OpenBao,
  directory: Directory,
  filesOf: (at: number) => readonly string[],
): string {
  const certs = Array.from({ length: COUNT }, (_, at) =>
    `  - name: "web${at}.bench.test"
    dns_sans: ["api${at}.bench.test"]
    ip_sans: ["10.1.1.20"]
    deploy:
${filesOf(at).map((line) => `      - ${line}\n        owner: "${OWNER}"\n`).join("")}    service:
      - name: hook
        command: [/bin/sh, -c, 'echo acted >> "${directory.at("acted")}"']
`);
  return `config:
  vault: "${bao.address}"
  pki: "pki"
  role: "web"
  renew: "10d"
  cert_store: "${directory.at(`store-${crypto.randomUUID()}`)}"
certs:
${certs.join("")}`;
}

/** Adopts and runs; throws if a request, an action or a change of a file came about. */
async function takeOver(name: string, directory: Directory, bao: OpenBao): Promise<string> {
  const vcm = await compiledVcm();
  const config = ["--config", directory.at(`${name}.yaml`)];
  const heard = listen(bao);
  const before = await stateOf(directory.at(name));
  const adopted = await runQuietly([vcm, "adopt", ...config]);
  const run = await runQuietly([vcm, "run", ...config]);
  const requests = heard();
  if (requests.length > 0) throw new Error(`${name}: the server was asked for ${requests}`);
  if (directory.tree().includes("acted")) throw new Error(`${name}: a service acted`);
  if (await stateOf(directory.at(name)) !== before) throw new Error(`${name}: a file changed`);
  if (!run.startsWith("Nothing to do")) throw new Error(run);
  const count = adopted.split("\n").filter((line) => line.includes(": adopted: ")).length;
  if (count !== COUNT) throw new Error(`${count} of ${COUNT} were adopted:\n${adopted}`);
  return `${count} adopted, 0 requests, 0 actions`;
}

/** Inode, times and mode of each file. */
function stateOf(directory: string): Promise<string> {
  return runQuietly(["find", directory, "-type", "f", "-printf", "%p %i %T@ %C@ %m %U\n"]);
}
