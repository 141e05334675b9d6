/** What `vcm install` looks at and changes on this host. */
import * as fs from "node:fs";
import {
  removeIfThere,
  removeQuietly,
  syncDirectory,
  writeNewFile,
} from "../../host/atomic_write.ts";
import { readInfo, readText } from "../../host/read.ts";
import { type CommandResult, runCommand } from "../../host/run_command.ts";
import { SYSTEMCTL } from "../../host/units.ts";
import { temporaryFile } from "../../store/store_paths.ts";
import { directoryOf } from "../../text/path.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { unsafeBinary } from "./unsafe_binary.ts";
import { SERVICE, TIMER } from "./units_text.ts";

/** Milliseconds for one call of systemctl; what it asks for is done at once. */
const LIMIT = 60_000;

export interface ServiceHost {
  /** The directory of units of the host's administrator (systemd.unit(5)). */
  readonly directory: string;
  readonly environmentFile: string;
  /** systemd is what runs this host (sd_booted(3)). */
  hasSystemd(): boolean;
  /** Absolute path of this program, no link. Throws Error where root should not run it from there. */
  binary(): string;
  /** Empty: nobody has named it. */
  hostName(): string;
  systemctl(args: readonly string[]): Promise<CommandResult>;
  write(path: string, text: string): void;
  remove(path: string): void;
}

export function serviceHost(): ServiceHost {
  return {
    directory: "/etc/systemd/system",
    environmentFile: "/etc/vcm/environment",
    hasSystemd: () => readInfo("/run/systemd/system").kind === "present",
    binary: safeBinary,
    // Not from below /proc, which is closed to the binary.
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

/** Text of a file; undefined: there is none. Throws Error where it is a link, or cannot be read. */
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

/** Files in the units' directories of drop-ins. */
export function findDropIns(directory: string, units: readonly string[]): string[] {
  return units.flatMap((unit) => {
    const dropIns = `${directory}/${unit}.d`;
    try {
      return [...Deno.readDirSync(dropIns)].map(({ name }) => `${dropIns}/${name}`).sort();
    } catch {
      return []; // There is no such directory, or nobody may look into it.
    }
  });
}

/** Throws Error in plain words; then what was there is there. Needs write permission beside it too. */
export function writeUnitFile(path: string, text: string): void {
  const temporary = temporaryFile(path);
  try {
    removeIfThere(temporary);
    writeNewFile(temporary, text, { mode: 0o644 });
    fs.renameSync(temporary, path);
    syncDirectory(directoryOf(path));
  } catch (error) {
    removeQuietly(temporary);
    throw new Error(`Cannot write "${path}": ${plainCause(error)}`, { cause: error });
  }
}

/** Throws Error in plain words. */
export function removeUnitFile(path: string): void {
  try {
    removeIfThere(path);
    syncDirectory(directoryOf(path));
  } catch (error) {
    throw new Error(`Cannot remove "${path}": ${plainCause(error)}`, { cause: error });
  }
}

export interface UnitStates {
  /** The timer waits for its time, and will again after a boot. */
  readonly runs: boolean;
  /** systemd has read the files as they are. */
  readonly isCurrent: boolean;
  /** The last run failed. */
  readonly hasFailed: boolean;
  /** Paths of the files that it has the units from. */
  readonly fragments: readonly string[];
}

/** Throws CommandError where there is no systemctl. */
export async function unitStates(on: ServiceHost): Promise<UnitStates> {
  const properties = "--property=ActiveState,UnitFileState,NeedDaemonReload,FragmentPath";
  const { stdout } = await on.systemctl(["show", properties, "--", TIMER, SERVICE]);
  const [timer = "", service = ""] = stdout.split(/\n\s*\n/);
  return {
    runs: /^ActiveState=active$/m.test(timer) && /^UnitFileState=enabled$/m.test(timer),
    isCurrent: !/^NeedDaemonReload=yes$/m.test(stdout),
    hasFailed: /^ActiveState=failed$/m.test(service),
    fragments: [...stdout.matchAll(/^FragmentPath=(.+)$/mg)].map(([, path = ""]) => path),
  };
}
