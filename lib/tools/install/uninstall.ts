/** `vcm install --uninstall`: removes the units. It needs no configuration. */
import type { Changes, FileChange } from "./install_text.ts";
import { DROP_IN, isOurs, SERVICE, TIMER } from "./units_text.ts";
import type { Host } from "../../command/host.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { applyChanges } from "./apply_changes.ts";
import { findDropIns, readUnitFile, type ServiceHost, unitStates } from "./service_host.ts";

/** Throws UsageError, or Error with a plain message. */
export async function uninstall(args: Arguments, host: Host, on: ServiceHost): Promise<number> {
  const changes = await plannedChanges(on);
  const removes = changes.files.some(({ state }) => state === "removed");
  const text = removes
    ? "Uninstalled; configuration, store and targets are kept"
    : "Nothing to uninstall";
  const report = () => Promise.resolve({ text });
  return await applyChanges(changes, { question: "Uninstall?", report }, args, host, on);
}

async function plannedChanges(on: ServiceHost): Promise<Changes> {
  const units = [TIMER, SERVICE];
  const dropIns = units.map((name) => fileChange(`${on.directory}/${name}.d/${DROP_IN}`))
    .filter(({ state }) => state !== "absent");
  const files = [...units.map((name) => fileChange(`${on.directory}/${name}`)), ...dropIns];
  const [timer, service] = units.map((name) =>
    files.some(({ path, state }) =>
      state === "removed" && path.startsWith(`${on.directory}/${name}`)
    )
  );
  const asks = (timer || service) && on.hasSystemd();
  const states = asks && service ? await unitStates(on) : undefined;
  return {
    // Before the file is removed, because it says what enabling did.
    first: [
      ...(asks && timer ? [["systemctl", "disable", "--now", TIMER]] : []),
      ...(states?.willRestart ? [["systemctl", "stop", SERVICE]] : []),
    ],
    files,
    then: [
      ...(asks ? [["systemctl", "daemon-reload"]] : []),
      // systemd remembers a failed unit.
      ...(states?.hasFailed ? [["systemctl", "reset-failed", SERVICE]] : []),
    ],
    dropIns: findDropIns(on.directory, [TIMER, SERVICE]),
  };
}

function fileChange(path: string): FileChange {
  const before = readUnitFile(path);
  if (before === undefined) return { path, state: "absent" };
  return { path, state: isOurs(before) ? "removed" : "kept", before };
}
