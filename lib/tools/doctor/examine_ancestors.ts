/**
 * Checks who, besides root and this user, can replace what a run trusts: the configuration, files with
 * secrets and CAs, and programs that it starts. A run checks targets and the store itself.
 */
import { resolve } from "node:path";
import { STANDARD_INPUT } from "../../config/load.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { lookUpAccounts, ownGroupsOf } from "../../host/accounts.ts";
import { AncestorFinder } from "../../host/path_ancestors.ts";
import { isGuarded, OTHER_PLACE, otherWriters } from "../../host/replacers.ts";
import { isThere } from "../../host/read.ts";
import { programPaths } from "../../host/run_command.ts";
import type { Ancestor } from "../../host/types.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { octal } from "../../text/octal.ts";
import { printable, shellWord } from "../../text/quote.ts";

/** One result for each unsafe directory. Needs read permission, and run permission for getent. */
export async function examineAncestors(
  config: Config,
  specs: readonly CertificateSpec[],
): Promise<CheckResult[]> {
  const runner = Deno.uid() ?? 0;
  const finder = new AncestorFinder(runner, await lookUpAccounts([], []));
  const passed = trustedPaths(config, specs).flatMap((path) =>
    finder.above(path).map((ancestor) => ({ ancestor, path }))
  );
  const ownGroups = await ownGroupsOf(finder.owners);
  const results = passed.flatMap(({ ancestor, path }) => {
    if (isGuarded(ancestor, runner)) return [];
    const danger = explain(ancestor, runner, ownGroups);
    if (danger === undefined) return [];
    const { verdict, place, who, fix } = danger;
    const detail = `${who}, and so can replace "${printable(path)}", which VCM trusts`;
    return [found(verdict, place, detail, fix)];
  });
  // All files of one directory have the same fix; the first is the configuration.
  return [...Map.groupBy(results, ({ subject }) => subject).values()].flatMap(([first]) =>
    first ?? []
  );
}

function trustedPaths(config: Config, specs: readonly CertificateSpec[]): string[] {
  const { trust, tokenFile, clientCert, clientKey, login } = config.vault;
  const appRole = login?.kind === "approle" ? login : undefined;
  const jwt = login?.kind === "jwt" ? login : undefined;
  const services = specs.flatMap(({ services }) => services);
  const programs = [jwt?.jwtCommand, ...services.flatMap((one) => [one.command, one.validate])]
    .flatMap((argv) => programPaths(argv?.[0] ?? "/").find(isThere) ?? []);
  const files = [
    ...(config.file === STANDARD_INPUT ? [] : [config.file]),
    ...config.included ?? [],
    trust.kind === "file" ? trust.path : undefined,
    ...[tokenFile, clientCert, clientKey, appRole?.secretIdFile, appRole?.wrappedSecretIdFile],
    jwt?.jwtFile,
    ...specs.flatMap(({ targets }) => targets).map(({ passwordFile }) => passwordFile),
  ];
  const paths = [...files, ...programs, Deno.execPath()];
  return [...new Set(paths.flatMap((path) => path === undefined ? [] : resolve(path)))];
}

interface Danger {
  readonly verdict: "warning" | "problem";
  readonly place: string;
  readonly who: string;
  readonly fix: string;
}

/** Who can replace the next entry of a directory, and the fix; undefined: nobody else. */
function explain(
  ancestor: Ancestor,
  runner: number,
  ownGroups: ReadonlyMap<number, number>,
): Danger | undefined {
  const { directory, uid, owner, mode, next } = ancestor;
  // It may belong to that user for a reason, such as a program that renews a JWT.
  const owned = (place: string, owner: string): Danger => ({
    verdict: "warning",
    place,
    who: `user "${owner}" owns it`,
    fix: `${OTHER_PLACE}; to look: ls -ld ${shellWord(place)}`,
  });
  if (uid !== 0 && uid !== runner) return owned(directory, owner);
  // In a sticky directory only the owner of an entry can replace it (inode(7)).
  if ((mode & 0o1000) !== 0) return next && owned(next.path, next.owner);
  const writers = otherWriters(ancestor, { runner, ownGroups });
  return writers && {
    verdict: (mode & 0o002) !== 0 ? "problem" : "warning",
    place: directory,
    who: `${writers.who.replace(/^./, (letter) => letter.toLowerCase())} may write to it (mode ${
      octal(mode)
    })`,
    fix: `chmod ${writers.mode} ${shellWord(directory)}`,
  };
}
