/** A host with getfacl and setfacl, or without them, whatever this machine has; needs root. */
import { readFileSync } from "node:fs";
import { runQuietly } from "../../scripts/command.ts";
import { pathOfPart } from "../support/parts.ts";
import { shellWords } from "../support/shell_words.ts";
import { makeUsersPlace, type Result, type UsersPlace } from "./user_site.ts";

export interface AclPlace extends UsersPlace {
  /** Runs VCM on a host with the tools. */
  run(...args: readonly string[]): Promise<Result>;
  /** Runs VCM on a host without them. */
  runWithout(...args: readonly string[]): Promise<Result>;
  /** The calls of the tools since the last time: the user's ID and the tool. */
  calls(): string[];
  /** Changes an ACL, as `setfacl` is typed. */
  setfacl(...args: readonly string[]): Promise<void>;
  /** The entries of an ACL, sorted. */
  acl(name: string): Promise<string[]>;
}

export async function makeAclPlace(): Promise<AclPlace> {
  const place = await makeUsersPlace();
  const { at } = place;
  const tools = await pathOfPart("acl");
  const log = at("calls");
  for (const name of ["tools", "hidden"]) await place.makeDirectory(name, 0);
  await Deno.writeTextFile(log, "");
  await Deno.chmod(log, 0o666);
  for (const tool of ["getfacl", "setfacl"]) {
    // Another user may be unable to enter the directory of the checkout.
    await Deno.copyFile(`${tools}/${tool}`, at(`tools/real-${tool}`));
    const script = `#!/bin/sh
echo "$(id -u) ${tool}" >> ${shellWords(log)}
exec ${shellWords(at(`tools/real-${tool}`))} "$@"
`;
    await Deno.writeTextFile(at(`tools/${tool}`), script);
    await Deno.chmod(at(`tools/${tool}`), 0o755);
    // For an overlay this is a name that does not exist (whiteout).
    await runQuietly(["mknod", at(`hidden/${tool}`), "c", "0", "0"]);
  }
  const hide = `mount -t overlay overlay -o lowerdir=${shellWords(at("hidden"))}:/usr/bin /usr/bin`;
  const show = `mount --bind ${shellWords(at("tools"))} /usr/local/bin`;
  const by = (script: string) => [
    ...["/usr/bin/unshare", "--mount", "/bin/sh", "-c"],
    `set -e; ${script}; exec "$0" "$@"`,
  ];
  const setfacl = (...args: readonly string[]) => runQuietly([`${tools}/setfacl`, ...args]);
  return Object.assign(place, {
    run: (...args: readonly string[]) => place.vcmBy(by(`${hide}; ${show}`), args),
    runWithout: (...args: readonly string[]) =>
      place.vcmBy(by(`${hide}; mount -t tmpfs none /usr/local/bin`), args),
    calls: () => {
      const calls = readFileSync(log, "utf8").split("\n").filter((line) => line !== "");
      Deno.truncateSync(log);
      return calls;
    },
    setfacl: async (...args: readonly string[]) => {
      await setfacl(...args);
    },
    acl: async (name: string) => {
      const { stdout } = await new Deno.Command(`${tools}/getfacl`, {
        args: ["--numeric", "--omit-header", "--no-effective", "--absolute-names", at(name)],
      }).output();
      return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").sort();
    },
  });
}
