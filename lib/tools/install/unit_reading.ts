/** Reads a unit and its drop-ins as systemd does, as far as `vcm install` and usual drop-ins go. */
import { isIn, PLACES, realPath } from "./places.ts";

const OFF = new Set(["no", "false", "off", "0"]);
const ON = new Set(["true", "on", "1"]);

/** Directories that belong to a unit, and where they are (systemd.exec(5)). */
const OWN_DIRECTORIES = {
  StateDirectory: "/var/lib",
  CacheDirectory: "/var/cache",
  LogsDirectory: "/var/log",
  RuntimeDirectory: "/run",
  ConfigurationDirectory: "/etc",
};

export class UnitText {
  readonly #values = new Map<string, string[]>();

  /** @param texts The unit, then its drop-ins in their order. */
  constructor(texts: readonly string[]) {
    for (const line of texts.join("\n").split("\n")) {
      const [, name = "", value = ""] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      // An empty value resets all values before it.
      if (value === "") this.#values.delete(name);
      else this.#values.set(name, [...this.all(name), value]);
    }
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The value that counts, `yes` for each way to say so. Undefined: none, or a `no`. */
  last(name: string): string | undefined {
    const value = this.all(name).at(-1);
    if (value === undefined || OFF.has(value)) return undefined;
    return ON.has(value) ? "yes" : value;
  }

  /** The words of a list that allows what it names. Undefined: no list, or one that denies. */
  allowed(name: string): ReadonlySet<string> | undefined {
    const values = this.all(name);
    if (values.length === 0 || values.some((value) => value.startsWith("~"))) return undefined;
    return new Set(values.flatMap((value) => value.split(/\s+/)));
  }

  /** The groups of system calls that are denied, as `vcm install` writes them. */
  deniedCalls(): ReadonlySet<string> {
    const denied = new Set<string>();
    for (const value of this.all("SystemCallFilter")) {
      const groups = value.replace(/^~/, "").split(/\s+/);
      for (const group of groups) value.startsWith("~") ? denied.add(group) : denied.delete(group);
    }
    return denied;
  }

  paths(name: string): string[] {
    return this.all(name)
      .flatMap((value) => value.match(/"[^"]*"|[^\s"]+/g) ?? [])
      .map((word) => word.replace(/^"(.*)"$/, "$1").replace(/^[-+]+/, "").replaceAll("%%", "%"));
  }

  /** Whether processes of the unit may write there. The most specific line decides. */
  mayWrite(directory: string): boolean {
    const path = realPath(directory);
    const closest = this.#rules()
      .filter(([top]) => isIn(path, top))
      .sort(([one], [other]) => other.length - one.length)[0];
    return closest === undefined || closest[1];
  }

  /** Paths, and whether they may be written to; of equal ones the first counts. */
  #rules(): (readonly [string, boolean])[] {
    const own = Object.entries(OWN_DIRECTORIES).flatMap(([name, top]) =>
      this.paths(name).map((path) => `${top}/${path}`)
    );
    const bound = this.paths("BindPaths").map((path) => path.replace(/^.*:(?=\/)/, ""));
    const open = [...this.paths("ReadWritePaths"), ...own, ...bound];
    const closed = [...this.paths("ReadOnlyPaths"), ...this.paths("InaccessiblePaths")];
    const home = this.last("ProtectHome") === undefined ? [] : PLACES.home;
    return [
      ...open.map((path) => [realPath(path), true] as const),
      ...[...closed, ...home].map((path) => [realPath(path), false] as const),
      ...this.#systemRules(),
    ];
  }

  #systemRules(): (readonly [string, boolean])[] {
    const system = this.last("ProtectSystem");
    if (system === undefined) return [];
    if (system === "strict") return [["/", false], ["/dev", true], ["/proc", true], ["/sys", true]];
    const closed = ["/usr", "/boot", "/efi", ...(system === "full" ? ["/etc"] : [])];
    return closed.map((path) => [path, false]);
  }
}
