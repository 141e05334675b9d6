/**
 * `vcm init`: writes a first configuration from the web servers of the host and a few questions.
 */
import { resolve } from "node:path";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { ConfigError } from "../../config/diagnostic.ts";
import { findConfig, loadConfig } from "../../config/load.ts";
import { parseConfig } from "../../config/parse.ts";
import type { Config } from "../../config/types.ts";
import { MAX_BYTES } from "../../host/regular_file.ts";
import type { FirstCertificate, InitDocument } from "../../report/documents.ts";
import { document } from "../../report/json.ts";
import { count } from "../../report/paint.ts";
import { EXIT_OK } from "../../report/verdict.ts";
import { printable, shellWord } from "../../text/quote.ts";
import { chooseCertificates } from "./choose.ts";
import { firstFile } from "./first_file.ts";
import type { Proposal } from "./propose.ts";
import type { Person } from "./questions.ts";
import { scanSite } from "./scan.ts";
import { findServer } from "./server.ts";
import { type InitTerminal, TERMINAL } from "./terminal.ts";
import type { SiteNote } from "./types.ts";
import { writeFirstFile } from "./write_first_file.ts";

const SYSTEM_FILE = "/etc/vcm/vcm.yaml";
const LOCAL_FILE = "./vcm.yaml";

/**
 * Throws UsageError, ConfigError if the file was written to a place that is not trusted, or Error
 * if it could not be written.
 */
export async function init(
  args: Arguments,
  host: Host,
  { readLine, ...terminal }: InitTerminal = TERMINAL,
): Promise<number> {
  host.giveUp("net", "run");
  if (args.print) host.giveUp("write");
  const path = outputPath(args, host);
  if (!args.print) requireFree(path, host);
  const person = host.canAsk && !args.yes && !args.json
    ? { say: (text: string) => host.out(text), readLine }
    : undefined;
  const { proposals, notes } = scanSite({ ...host, ...terminal }, resolve(path));
  greet(proposals, person);
  const server = findServer(args, host, person);
  const chosen = chooseCertificates(proposals, args, host, person);
  const text = firstFile(server, chosen, notes);
  requireReadable(text);
  // Nothing is written unless it is a valid configuration.
  let config = await parseConfig(text, path);
  if (!args.print) {
    writeFirstFile(path, text);
    host.giveUp("write");
    config = await loadConfig(path);
  }
  if (args.json) {
    host.out(initJson(path, { proposals, notes, chosen }, args.print ? text : undefined));
  } else if (args.print) host.out(text);
  else if (!args.quiet) host.out(doneText(config, notes, host));
  return EXIT_OK;
}

function outputPath(args: Arguments, host: Host): string {
  return args.config ?? (host.env("VCM_CONFIG") || (host.uid() === 0 ? SYSTEM_FILE : LOCAL_FILE));
}

function requireFree(path: string, host: Host): void {
  if (!host.exists(path)) return;
  throw new UsageError(
    `"${path}" already exists; pass --config FILE to write another file, or --print to see ` +
      "what would be written",
    "init",
  );
}

/** The next command must be able to read the file. */
function requireReadable(text: string): void {
  if (text.length < MAX_BYTES && new TextEncoder().encode(text).length < MAX_BYTES) return;
  throw new Error(
    "The file would be larger than 4 MiB, which VCM does not read; nothing was written; name the " +
      'certificates to start with, such as "vcm init web.example.com"',
  );
}

function greet(proposals: readonly Proposal[], person: Person | undefined): void {
  const found = proposals.length === 0
    ? "no certificate in the configuration of a web server"
    : `${count(proposals.length, "certificate")} in the configurations of web servers`;
  person?.say(`Found ${found}. Press Enter for the value in brackets.\n`);
}

function doneText(config: Config, notes: readonly SiteNote[], host: Host): string {
  const { file, certificates } = config;
  const files = certificates.flatMap(({ targets }) => targets).length;
  const option = isFoundAlone(file, host) ? "" : ` --config ${shellWord(file)}`;
  return [
    `Wrote ${file}: ${count(certificates.length, "certificate")}, ${count(files, "target")}`,
    ...notes.map(({ at, message }) => printable(`Left out: ${at}: ${message}`)),
    "Next:",
    '  set a login method: VAULT_TOKEN, or "token_file" or an AppRole in the file',
    `  vcm doctor${option}    # check what issuing a certificate needs`,
    `  vcm plan${option}      # show what a run would do, and why`,
    `  vcm run${option}       # do it`,
    "",
  ].join("\n");
}

/** Whether other commands find this file without an option. */
function isFoundAlone(file: string, host: Host): boolean {
  const env = host.env("VCM_CONFIG");
  try {
    const found = findConfig({
      ...(env === undefined ? {} : { env }),
      uid: host.uid(),
      exists: (path) => host.exists(path),
    });
    return resolve(found) === resolve(file);
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

export interface InitResult {
  readonly proposals: readonly Proposal[];
  readonly chosen: readonly Proposal[];
  readonly notes: readonly SiteNote[];
}

/** @param text The configuration, if it was not written to a file. */
export function initJson(
  file: string,
  { proposals, chosen, notes }: InitResult,
  text: string | undefined,
): string {
  const found = proposals.map((proposal) => ({
    ...bare(proposal),
    at: proposal.at,
    remarks: proposal.remarks,
    taken: chosen.some(({ name }) => name === proposal.name),
  }));
  return document<InitDocument>({
    file,
    certificates: chosen.map(bare),
    found,
    notes,
    ...(text === undefined ? {} : { text }),
  });
}

function bare({ name, commonName, dnsSans, ipSans, files, programs }: Proposal): FirstCertificate {
  return {
    name,
    ...(commonName === undefined ? {} : { commonName }),
    dnsSans,
    ipSans,
    targets: files.filter(({ doubt }) => doubt === undefined)
      .map(({ what, path, mode }) => ({ what, path, ...(mode === undefined ? {} : { mode }) })),
    services: programs.map(({ unit }) => unit),
  };
}
