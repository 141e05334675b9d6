/**
 * The programs that tests run for real. The machine's own package clients fetch them, and check
 * what they bring, into a directory that git ignores; nothing is installed. What is there already is
 * used without any network.
 */
import { fetchAcl } from "./fetch_acl.ts";
import { fetchCron } from "./fetch_cron.ts";
import { fetchHaproxy } from "./fetch_haproxy.ts";
import { fetchMan } from "./fetch_man.ts";
import { fetchNginx } from "./fetch_nginx.ts";
import { fetchOpenBao, usualVersion } from "./fetch_openbao.ts";
import { fetchPodman } from "./fetch_podman.ts";
import { fetchPrometheus } from "./fetch_prometheus.ts";
import { fetchServers } from "./fetch_servers.ts";
import { fetchShells } from "./fetch_shells.ts";
import { fetchStrace } from "./fetch_strace.ts";
import type { Part } from "./part.ts";
import { probeDiskImage } from "./probe_disk_image.ts";
import { probeMachine } from "./probe_machine.ts";

const FETCHERS = {
  openbao: () => fetchOpenBao(usualVersion()),
  "openbao-2.7": () => fetchOpenBao("2.7.2"),
  nginx: fetchNginx,
  haproxy: fetchHaproxy,
  podman: fetchPodman,
  strace: fetchStrace,
  servers: fetchServers,
  shells: fetchShells,
  man: fetchMan,
  acl: fetchAcl,
  prometheus: fetchPrometheus,
  cron: fetchCron,
  machine: probeMachine,
  "disk image": probeDiskImage,
} as const;

/** What a test can need beside the sources; "machine" is what `startMachine()` needs. */
export type PartName = keyof typeof FETCHERS;

/** All that the tests of each change need: not the servers, which are large. */
export const PART_NAMES = (Object.keys(FETCHERS) as PartName[]).filter((name) =>
  name !== "servers"
);

const parts = new Map<PartName, Promise<Part>>();

/** Finds a part, or fetches it where it is not there yet. */
export function findPart(name: PartName): Promise<Part> {
  const part = parts.get(name) ?? FETCHERS[name]();
  parts.set(name, part);
  return part;
}

/** The path of a part; throws the reason where this machine cannot have it. */
export async function pathOfPart(name: PartName): Promise<string> {
  const part = await findPart(name);
  if (part.kind === "missing") throw new Error(`Cannot have "${name}": ${part.reason}`);
  return part.path;
}
