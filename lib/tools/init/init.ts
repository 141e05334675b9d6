/**
 * `vcm init`: writes a first configuration from the web servers of the host and a few questions, and
 * the files that it needs for the server. Then it runs `vcm doctor`.
 */
import { dirname, join, resolve } from "node:path";
import { optionFor } from "../../command/config_option.ts";
import type { Host, RunCommandLine } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { loadConfig, LOCAL_FILE, STANDARD_INPUT, SYSTEM_FILE } from "../../config/load.ts";
import { parseConfig } from "../../config/parse.ts";
import type { Config } from "../../config/types.ts";
import { MAX_BYTES } from "../../host/regular_file.ts";
import type { FirstCertificate, InitDocument } from "../../report/documents/tools.ts";
import { document } from "../../report/json.ts";
import { count } from "../../report/paint.ts";
import { EXIT_OK } from "../../report/exit_status.ts";
import { wrapText } from "../../report/wrap.ts";
import { printable } from "../../text/quote.ts";
import { firstFile } from "./first_file.ts";
import {
  type FirstFile,
  removeInterrupted,
  requireWritable,
  writeFirstFiles,
} from "./first_files.ts";
import { SECRET_FILES } from "./login.ts";
import type { Proposal, Proposals } from "./propose.ts";
import { chooseCertificates } from "./questions.ts";
import { scanSite } from "./scan.ts";
import { laterEnvironment, SERVER, type Server } from "./server.ts";
import { CA_FILE, findServer } from "./server_questions.ts";
import { type InitTerminal, TERMINAL } from "./terminal.ts";
import type { SiteNote } from "./types.ts";

/**
 * Returns 0, or the exit status of `vcm doctor`. Throws UsageError, ConfigError if the file was
 * written to a place that is not trusted, or Error if it could not be written.
 */
export async function init(
  args: Arguments,
  host: Host,
  run: RunCommandLine,
  { readLine, readSecret, ...terminal }: InitTerminal = TERMINAL,
  server: Server = SERVER,
): Promise<number> {
  if (args.print) host.giveUp("net", "run", "write");
  const path = args.config ??
    (host.env("VCM_CONFIG") || (host.uid() === 0 ? SYSTEM_FILE : LOCAL_FILE));
  if (path === STANDARD_INPUT) {
    throw new UsageError("A file cannot be written to standard input: pass --config FILE", "init");
  }
  const directory = dirname(resolve(path));
  if (!args.print) {
    const names = [CA_FILE, ...SECRET_FILES].map((name) => join(directory, name));
    removeInterrupted([...names, resolve(path)]);
    if (host.exists(path)) {
      throw new UsageError(
        `"${path}" already exists; to check it: vcm doctor${optionFor(path, host)}; ` +
          "pass --config FILE to write another file, or --print to see what would be written",
        "init",
      );
    }
    await requireWritable(resolve(path));
  }
  const person = host.canAsk && !args.yes && !args.json
    ? { say: (text: string) => host.out(wrapped(text, host)), readLine, readSecret }
    : undefined;
  const { proposals, notes } = scanSite({ ...host, ...terminal }, resolve(path));
  person?.say(greeting(proposals.length));
  const found = await findServer({ args, host, server, person, directory });
  const chosen = await chooseCertificates(proposals, args, host, person);
  const text = firstFile(found.answers, chosen, notes);
  requireReadable(text);
  // Nothing is written unless it is a valid configuration.
  let config = await parseConfig(text, path);
  const runsDoctor = !args.print && !args.noDoctor && !args.json;
  if (!args.print) {
    const own = { path: resolve(path), text, mode: 0o600 };
    await writeFirstFiles([...found.files, own], found.directory);
    if (!runsDoctor) host.giveUp("net", "run", "write");
    config = await loadConfig(path);
  }
  const written = args.print ? [] : found.files.map(({ path }) => path);
  if (args.json) {
    const result = { proposals, notes, chosen, written };
    host.out(initJson(path, result, args.print ? text : undefined));
  } else if (args.print) host.out(text);
  else if (!args.quiet) host.out(wrapped(doneText(config, found.files, notes), host));
  const hasLogin = found.answers.login !== undefined;
  const status = runsDoctor ? await examine(path, args, hasLogin, host, run) : EXIT_OK;
  if (!args.json && !args.print && !args.quiet) {
    host.out(`\nNext: ${nextStep(config, runsDoctor ? status : undefined, host)}\n`);
  }
  return status;
}

/** Runs `vcm doctor`. If the file has a login, that one is checked, not the token of this shell. */
async function examine(
  path: string,
  { quiet, noColor }: Arguments,
  hasLogin: boolean,
  host: Host,
  run: RunCommandLine,
): Promise<number> {
  const options = [...(quiet ? ["--quiet"] : []), ...(noColor ? ["--no-color"] : [])];
  if (!quiet) host.out("\nvcm doctor:\n");
  return await run(
    ["doctor", "--config", path, ...options],
    hasLogin ? laterEnvironment(host) : host,
  );
}

/** The next command must be able to read the file. */
function requireReadable(text: string): void {
  if (new TextEncoder().encode(text).length < MAX_BYTES) return;
  throw new Error(
    "The file would be larger than 4 MiB, which VCM does not read; nothing was written; name the " +
      'certificates to start with, such as "vcm init web.example.com"',
  );
}

function greeting(found: number): string {
  const certificates = found === 0
    ? "no certificate in the configuration of a web server"
    : `${count(found, "certificate")} in the configurations of web servers`;
  return `Found ${certificates}. Press Enter to accept the value in brackets.\n`;
}

function doneText(
  { file, certificates }: Config,
  files: readonly FirstFile[],
  notes: readonly SiteNote[],
): string {
  const targets = certificates.flatMap(({ targets }) => targets).length;
  return [
    `Wrote ${file}: ${count(certificates.length, "certificate")}, ${count(targets, "target")}`,
    ...files.map(({ path }) => `Wrote ${path}`),
    ...notes.map(({ at, message }) => printable(`Left out: ${at}: ${message}`)),
    "",
  ].join("\n");
}

/** The one next command. @param status Of `vcm doctor`, if it ran. */
function nextStep({ file, certificates }: Config, status: number | undefined, host: Host): string {
  const option = optionFor(file, host);
  if (certificates.length === 0) {
    return `add certificates under "certs" in ${file}, then: vcm doctor${option}`;
  }
  if (status === undefined) return `vcm doctor${option}`;
  if (status !== EXIT_OK) return `fix the problems above, then: vcm doctor${option}`;
  return `vcm run${option}`;
}

function wrapped(text: string, { outIsTerminal, columns }: Host): string {
  return outIsTerminal && columns !== undefined ? wrapText(text, columns) : text;
}

export interface InitResult extends Proposals {
  readonly chosen: readonly Proposal[];
  readonly written: readonly string[];
}

/** @param text The configuration, if it was not written to a file. */
export function initJson(
  file: string,
  { proposals, chosen, notes, written }: InitResult,
  text: string | undefined,
): string {
  return document<InitDocument>({
    file,
    written,
    certificates: chosen.map(firstCertificate),
    found: proposals.map((proposal) => ({
      ...firstCertificate(proposal),
      at: proposal.at,
      remarks: proposal.remarks,
      taken: chosen.some(({ name }) => name === proposal.name),
    })),
    notes,
    ...(text !== undefined && { text }),
  });
}

function firstCertificate(
  { name, commonName, dnsSans, ipSans, files, programs }: Proposal,
): FirstCertificate {
  return {
    name,
    ...(commonName !== undefined && { commonName }),
    dnsSans,
    ipSans,
    targets: files.filter(({ doubt }) => doubt === undefined)
      .map(({ kind, path, mode }) => ({
        what: kind,
        path,
        ...(mode !== undefined && { mode }),
      })),
    services: programs.map(({ unit }) => unit),
  };
}
