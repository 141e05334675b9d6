/** `vcm install` on a host with a directory of units and a systemctl that only remembers. */
import { explain } from "../../../../lib/cli/explain.ts";
import type { Host } from "../../../../lib/command/host.ts";
import { install } from "../../../../lib/tools/install/install.ts";
import {
  removeUnitFile,
  type ServiceHost,
  writeUnitFile,
} from "../../../../lib/tools/install/service_host.ts";
import { parseArguments } from "../../../../lib/command/parse_arguments.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { makeDirectory } from "../../../support/rig.ts";

/** The version of its systemd. */
export const SYSTEMD = 252;

const NEXT = "Tue 2026-12-01 10:07:12 UTC\n";

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly givenUp: readonly string[];
}

export function makeInstallRig(certs = "") {
  const directory = makeDirectory();
  directory.write("vcm.yaml", configText(directory.path, certs));
  Deno.mkdirSync(directory.at("units"));
  const calls: string[] = [];
  const answers = new Map<
    string,
    { readonly code: number; readonly stderr: string; readonly stdout?: string }
  >();
  let runs = false;
  const plain = (text: string) => text.replaceAll(directory.path, "FOLDER");
  const on: ServiceHost = {
    directory: directory.at("units"),
    packaged: [directory.at("packaged")],
    environmentFile: directory.at("environment"),
    hasSystemd: () => true,
    binary: () => "/usr/local/bin/vcm",
    hostName: () => "web-1",
    systemctl: (args) => {
      const line = args.join(" ");
      const answer = answers.get(line);
      if (!line.startsWith("show")) calls.push(line);
      if (answer === undefined && line.startsWith("enable")) runs = true;
      if (answer === undefined && line.startsWith("disable")) runs = false;
      const stdout = line.startsWith("show") ? shownOf(line, runs) : "";
      return Promise.resolve({ code: 0, stderr: "", outlived: false, stdout, ...answer });
    },
    write: writeUnitFile,
    remove: removeUnitFile,
  };
  return {
    directory,
    calls,
    answers,
    configure: (certs: string) => directory.write("vcm.yaml", configText(directory.path, certs)),
    async vcm(line: string, doors: Partial<Host> = {}, more: Partial<ServiceHost> = {}) {
      const host = fakeHost({
        uid: 0,
        env: { VCM_CONFIG: directory.at("vcm.yaml") },
        doors: { exists: () => true, ...doors },
      });
      const words = line.split(" ");
      const args = parseArguments(words);
      let status: number;
      try {
        status = await install(args, host, { ...on, ...more });
      } catch (error) {
        status = explain(error, args, host, words);
      }
      return {
        status,
        out: plain(host.stdout()),
        err: plain(host.stderr()),
        givenUp: host.givenUp,
      } satisfies Ran;
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

/** What `systemctl show` prints. */
function shownOf(line: string, runs: boolean): string {
  if (line.includes("NextElapse")) return NEXT;
  if (line === "show --property=Version") return `Version=${SYSTEMD}.38-1~deb12u1\n`;
  const timer = runs ? "ActiveState=active\nUnitFileState=enabled\n" : "ActiveState=inactive\n";
  return `${timer}\nActiveState=inactive\n`;
}

function configText(directory: string, certs: string): string {
  return `config: {vault: "https://v.test", pki: pki, role: web, token_file: ${directory}/token, ` +
    `cert_store: ${directory}/store}\ncerts:\n` +
    `  - {name: a.test, deploy: [{cert: ${directory}/ssl/a.crt}]}\n${certs}`;
}
