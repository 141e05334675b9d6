/**
 * `vcm init`: writes a first configuration from the web servers of the host and a few questions.
 *
 * It replaces no file: the file is written whole and synced under a temporary name, then named by a
 * hard link. Unlike a rename, a link replaces nothing.
 */
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { ConfigError } from "../../config/diagnostic.ts";
import {
  findConfig,
  loadConfig,
  LOCAL_FILE,
  STANDARD_INPUT,
  SYSTEM_FILE,
} from "../../config/load.ts";
import { parseConfig } from "../../config/parse.ts";
import type { Config } from "../../config/types.ts";
import { removeQuietly, writeNewFile } from "../../host/atomic_write.ts";
import { syncDirectory } from "../../host/sync.ts";
import { isThere } from "../../host/read.ts";
import { MAX_BYTES } from "../../host/regular_file.ts";
import type { FirstCertificate, InitDocument } from "../../report/documents/tools.ts";
import { document } from "../../report/json.ts";
import { count } from "../../report/paint.ts";
import { EXIT_OK } from "../../report/verdict.ts";
import { causeAndFix } from "../../text/plain_cause.ts";
import { printable, shellWord } from "../../text/quote.ts";
import { firstFile } from "./first_file.ts";
import type { Proposal, Proposals } from "./propose.ts";
import { chooseCertificates, findServer } from "./questions.ts";
import { scanSite } from "./scan.ts";
import { type InitTerminal, TERMINAL } from "./terminal.ts";
import type { SiteNote } from "./types.ts";

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
  const path = args.config ??
    (host.env("VCM_CONFIG") || (host.uid() === 0 ? SYSTEM_FILE : LOCAL_FILE));
  if (path === STANDARD_INPUT) {
    throw new UsageError("A file cannot be written to standard input: pass --config FILE", "init");
  }
  if (!args.print && host.exists(path)) {
    throw new UsageError(
      `"${path}" already exists; pass --config FILE to write another file, or --print to see ` +
        "what would be written",
      "init",
    );
  }
  const person = host.canAsk && !args.yes && !args.json
    ? { say: (text: string) => host.out(text), readLine }
    : undefined;
  const { proposals, notes } = scanSite({ ...host, ...terminal }, resolve(path));
  person?.say(greeting(proposals.length));
  const server = findServer(args, host, person);
  const chosen = chooseCertificates(proposals, args, host, person);
  const text = firstFile(server, chosen, notes);
  requireReadable(text);
  // Nothing is written unless it is a valid configuration.
  let config = await parseConfig(text, path);
  if (!args.print) {
    await writeFirstFile(path, text);
    host.giveUp("write");
    config = await loadConfig(path);
  }
  if (args.json) {
    host.out(initJson(path, { proposals, notes, chosen }, args.print ? text : undefined));
  } else if (args.print) host.out(text);
  else if (!args.quiet) host.out(doneText(config, notes, host));
  return EXIT_OK;
}

/** The next command must be able to read the file. */
function requireReadable(text: string): void {
  if (new TextEncoder().encode(text).length < MAX_BYTES) return;
  throw new Error(
    "The file would be larger than 4 MiB, which VCM does not read; nothing was written; name the " +
      'certificates to start with, such as "vcm init web.example.com"',
  );
}

/**
 * Writes a file that only the owner can read. Its directory is created (0755) if only that one is
 * missing. Throws Error, and leaves nothing but that directory.
 */
export async function writeFirstFile(path: string, text: string): Promise<void> {
  const target = resolve(path);
  const temporary = `${target}.vcm-new`;
  try {
    makeDirectory(dirname(target));
    // Left by an interrupted run.
    removeQuietly(temporary);
    await writeNewFile(temporary, text, { mode: 0o600 });
    try {
      nameIt(temporary, target);
    } finally {
      removeQuietly(temporary);
    }
    syncDirectory(dirname(target));
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

function makeDirectory(path: string): void {
  if (isThere(path)) return;
  fs.mkdirSync(path, { mode: 0o755 });
  // Regardless of the umask.
  fs.chmodSync(path, 0o755);
}

function nameIt(temporary: string, target: string): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Errors of file systems without hard links (link(2)).
    if (!["EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
    if (isThere(target)) throw new Error("the file already exists", { cause: error });
    fs.renameSync(temporary, target);
  }
}

function greeting(found: number): string {
  const certificates = found === 0
    ? "no certificate in the configuration of a web server"
    : `${count(found, "certificate")} in the configurations of web servers`;
  return `Found ${certificates}. Press Enter to accept the value in brackets.\n`;
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
  const { uid, exists } = host;
  try {
    const found = findConfig({ env: host.env("VCM_CONFIG") ?? "", uid: uid(), exists });
    return resolve(found) === resolve(file);
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

export interface InitResult extends Proposals {
  readonly chosen: readonly Proposal[];
}

/** @param text The configuration, if it was not written to a file. */
export function initJson(
  file: string,
  { proposals, chosen, notes }: InitResult,
  text: string | undefined,
): string {
  return document<InitDocument>({
    file,
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
