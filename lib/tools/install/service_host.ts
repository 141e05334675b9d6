/**
 * What `vcm install` reads and changes on this host. A unit file is replaced whole, with mode 0644,
 * and synced.
 */
import { removeIfThere, replaceFile } from "../../host/atomic_write.ts";
import { makeDirectories } from "../../host/make_directories.ts";
import { quietly } from "../../host/quietly.ts";
import { syncDirectory } from "../../host/sync.ts";
import { listWhole } from "../../host/list_whole.ts";
import { observe, readInfo, readText } from "../../host/read.ts";
import { type CommandResult, runCommand } from "../../host/run_command.ts";
import { SYSTEMCTL } from "../../host/units.ts";
import { temporaryFile } from "../../store/store_paths.ts";
import { directoryOf, nameOf } from "../../text/path.ts";
import { causeAndFix } from "../../text/plain_cause.ts";
import { unsafeBinary } from "./unsafe_binary.ts";
import { DROP_IN, PACKAGED, SERVICE, TIMER } from "./units_text.ts";

/** Milliseconds for one call of systemctl. */
const LIMIT = 60_000;

export interface ServiceHost {
  /** The directory for units of the administrator (systemd.unit(5)). */
  readonly directory: string;
  /** The directories for units of packages. */
  readonly packaged: readonly string[];
  readonly environmentFile: string;
  /** Whether systemd manages this host (sd_booted(3)). */
  hasSystemd(): boolean;
  /**
   * Absolute path of this program, links resolved. Throws Error if root must not run it from there.
   */
  binary(): string;
  /** Empty if the host has no name. */
  hostName(): string;
  systemctl(args: readonly string[]): Promise<CommandResult>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): void;
}

export function serviceHost(): ServiceHost {
  return {
    directory: "/etc/systemd/system",
    packaged: PACKAGED,
    environmentFile: "/etc/vcm/environment",
    hasSystemd: () => readInfo("/run/systemd/system").kind === "present",
    binary: safeBinary,
    // Not from /proc, which the binary may not read.
    hostName: () => Deno.hostname(),
    systemctl: (args) => runCommand(SYSTEMCTL, args, LIMIT),
    write: writeUnitFile,
    remove: removeUnitFile,
  };
}

function safeBinary(): string {
  if (!Deno.build.standalone) {
    throw new Error(
      'Cannot install a program that is not compiled: run "deno task compile", which makes dist/vcm',
    );
  }
  const binary = Deno.execPath();
  const unsafe = unsafeBinary(binary);
  if (unsafe !== undefined) throw new Error(unsafe);
  return binary;
}

/** Text of a file. Undefined: no file. Throws Error if it is a link or cannot be read. */
export function readUnitFile(path: string): string | undefined {
  const info = readInfo(path);
  if (info.kind === "present" && info.value.isSymlink) {
    throw new Error(
      `"${path}" is a symbolic link, such as one from "systemctl mask"; fix: remove it`,
    );
  }
  const text = readText(path);
  if (text.kind === "unreadable") throw new Error(text.problem);
  return text.kind === "present" ? text.value : undefined;
}

/** The drop-ins of the units that others wrote. Throws Error in plain words if they cannot be listed. */
export function findDropIns(directory: string, units: readonly string[]): string[] {
  return units.flatMap((unit) => {
    const dropIns = `${directory}/${unit}.d`;
    const listing = observe(dropIns, () => listWhole(dropIns));
    if (listing.kind === "unreadable") throw new Error(listing.problem);
    if (listing.kind === "absent") return [];
    return listing.value.filter((name) => name !== DROP_IN)
      .map((name) => `${dropIns}/${name}`).sort();
  });
}

/** Throws Error, and leaves the old file. Needs write permission beside it too. */
export async function writeUnitFile(path: string, text: string): Promise<void> {
  try {
    // The directory of units is there already, that of drop-ins may not be.
    if (isDropIn(path)) makeDirectories(directoryOf(path), 0o755);
    await replaceFile(path, text, { temporary: temporaryFile(path), mode: 0o644 });
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

/** Throws Error with a plain message. */
export function removeUnitFile(path: string): void {
  try {
    removeIfThere(path);
    syncDirectory(directoryOf(path));
    // It stays if there are drop-ins of others.
    if (isDropIn(path)) quietly(() => Deno.removeSync(directoryOf(path)));
  } catch (error) {
    throw new Error(`Cannot remove "${path}": ${causeAndFix(error, path)}`, { cause: error });
  }
}

function isDropIn(path: string): boolean {
  return nameOf(path) === DROP_IN;
}

/** The version of the running systemd. Undefined: it did not say. Throws as `unitStates()` does. */
export async function systemdVersion(on: ServiceHost): Promise<number | undefined> {
  const { stdout } = await on.systemctl(["show", "--property=Version"]);
  const [, version] = /^Version=\D*(\d+)/m.exec(stdout) ?? [];
  return version === undefined ? undefined : Number(version);
}

export interface UnitStates {
  /** The timer is active and enabled. */
  readonly runs: boolean;
  /** systemd has loaded the present files. */
  readonly isCurrent: boolean;
  /** The last run failed. */
  readonly hasFailed: boolean;
  /** The last run failed, and systemd will start another one. */
  readonly willRestart: boolean;
  /** Paths of the loaded unit files. */
  readonly fragments: readonly string[];
}

/** Throws CommandError if there is no systemctl. */
export async function unitStates(on: ServiceHost): Promise<UnitStates> {
  const properties = "--property=ActiveState,SubState,UnitFileState,NeedDaemonReload,FragmentPath";
  const { stdout } = await on.systemctl(["show", properties, "--", TIMER, SERVICE]);
  const [timer = "", service = ""] = stdout.split(/\n\s*\n/);
  return {
    runs: /^ActiveState=active$/m.test(timer) && /^UnitFileState=enabled$/m.test(timer),
    isCurrent: !/^NeedDaemonReload=yes$/m.test(stdout),
    hasFailed: /^ActiveState=failed$/m.test(service),
    willRestart: /^SubState=auto-restart/m.test(service),
    fragments: [...stdout.matchAll(/^FragmentPath=(.+)$/mg)].map(([, path = ""]) => path),
  };
}
