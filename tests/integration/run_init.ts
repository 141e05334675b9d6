/** `vcm init` with a real server, and a person who types. */
import { main } from "../../lib/cli/main.ts";
import { processHost } from "../../lib/command/host.ts";
import { parseArguments } from "../../lib/command/parse_arguments.ts";
import { init } from "../../lib/tools/init/init.ts";
import { TERMINAL } from "../../lib/tools/init/terminal.ts";
import type { Directory } from "../support/rig.ts";

const NAME = "web.example.test";

export interface Typed {
  /** Answers in the order of the questions; secrets are typed unseen. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `vcm init` for one certificate, in a directory that is not there yet. */
export async function runInit(
  directory: Directory,
  options: readonly string[],
  { answers, env }: Typed = {},
) {
  const said = { out: "", err: "" };
  const typed = [...answers ?? []];
  const shown = () => {
    const line = typed.shift();
    said.out += `${line}\n`;
    return line;
  };
  const host = {
    ...processHost(),
    env: (name: string) => env?.[name],
    canAsk: answers !== undefined,
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    giveUp: () => {},
    usesWorker: false,
  };
  const args = ["init", "--config", directory.at("vcm/vcm.yaml"), ...options, NAME];
  const terminal = {
    ...TERMINAL,
    readLine: shown,
    readSecret: (show: () => void) => {
      show();
      return typed.shift();
    },
  };
  const status = await init(parseArguments(args), host, main, terminal)
    .catch((error) => (said.err += `error: ${error.message}`, -1));
  const plain = (text: string) => text.replaceAll(directory.path, "@");
  return { status, out: plain(said.out), err: plain(said.err), left: typed };
}
