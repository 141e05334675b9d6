/** Units of a test on a real systemd: written, kept and started together. */
import { pairFor, type Scene } from "./scene.ts";

/** Runs until a file `bad` exists when it starts; then it does something else. */
export function unlessBad({ directory }: Scene, bad: string): string {
  return `if test -e ${directory}/bad; then ${bad}; else exec sleep 1000; fi`;
}

/** A command line of a unit that runs a script. */
export function shell(script: string): string {
  return `/bin/sh -c '${script}'`;
}

/** @param units Text by name. They are started, and systemd does not forget them when they end. */
export async function startUnits(
  { machine, systemctl }: Scene,
  units: Readonly<Record<string, string>>,
): Promise<void> {
  const names = Object.keys(units);
  for (const [name, text] of Object.entries(units)) await machine.writeUnit(name, text);
  await machine.writeUnit("kept.target", `[Unit]\nWants=${names.join(" ")}\n`);
  await systemctl("daemon-reload");
  await systemctl("start", "kept.target", ...names);
}

export async function goBad({ directory }: Scene): Promise<void> {
  await Deno.writeTextFile(`${directory}/bad`, "");
}

export async function goGood({ directory }: Scene): Promise<void> {
  await Deno.remove(`${directory}/bad`);
}

/** A certificate with all of the units, each with more keys. */
export function pairWith(scene: Scene, units: readonly string[], keys = ""): string {
  const services = units.map((name) => `{name: ${name}${keys}}`).join("\n      - ");
  return pairFor(scene, "a.e2e.test", services);
}

/** The services that a run calls failed, sorted. */
export function failedIn(stdout: string): string[] {
  return [...stdout.matchAll(/^failed {2}(.+?): /gm)].flatMap(([, names = ""]) => names.split(", "))
    .sort();
}
