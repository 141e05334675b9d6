/** Made-up surroundings: variables, and files with a mode, in place of the process's own. */
import assert from "node:assert/strict";
import { Secret } from "../../../../lib/text/secret.ts";
import type { LoginSettings, VaultSettings } from "../../../../lib/config/types.ts";
import { resolveAccess, type VaultAccess } from "../../../../lib/vault/access/access.ts";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import { gatherCredentials } from "../../../../lib/vault/access/access.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import type { Environment } from "../../../../lib/vault/access/environment.ts";

export type Variables = Readonly<Record<string, string>>;

/** A text of mode 0600, or a text and its mode. */
export type Files = Readonly<
  Record<string, string | { readonly text: string; readonly mode: number }>
>;

/** Where systemd puts credentials in these tests, as `CREDENTIALS_DIRECTORY` says it. */
export const CREDENTIALS = { CREDENTIALS_DIRECTORY: "/run/credentials/vcm.service" };

/** Files as systemd's credentials of these names. */
export function credentialFiles(texts: Readonly<Record<string, string>>): Files {
  return Object.fromEntries(
    // systemd.exec(5): 0440 where an ACL lets the unit's user in.
    Object.entries(texts).map(([name, text]) => [
      `${CREDENTIALS.CREDENTIALS_DIRECTORY}/${name}`,
      { text, mode: 0o440 },
    ]),
  );
}

/** Surroundings that hold these variables and these files, and nothing else. */
export function environment(env: Variables, files: Files = {}): Environment {
  const find = (call: string, path: string) => {
    const file = files[path];
    if (file === undefined && Object.keys(files).some((name) => name.startsWith(`${path}/`))) {
      const message = `Is a directory (os error 21): ${call} '${path}'`;
      throw Object.assign(new Error(message), { code: "EISDIR" });
    }
    if (file === undefined) {
      const message = `No such file or directory (os error 2): ${call} '${path}'`;
      throw Object.assign(new Error(message), { code: "ENOENT" });
    }
    return typeof file === "string" ? { text: file, mode: 0o600 } : file;
  };
  return {
    env: (name) => env[name],
    read: (path) => find("open", path),
    list: (directory) => {
      const names = Object.keys(files)
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1));
      if (names.length > 0) return names;
      throw new Error(`Not a directory (os error 20): readdir '${directory}'`);
    },
    exists: (path) => path in files,
  };
}

/** A file that names an address and no login method. */
export const FILE: VaultSettings = {
  addresses: ["https://file.test:8200"],
  redirectHosts: [],
  allowHttp: false,
  trust: { kind: "off" },
  timeout: 60,
};

type AppRole = LoginSettings & { readonly kind: "approle" };

/** A file's AppRole, at the mount "approle" unless the parts say otherwise. */
export function appRole(parts: Partial<Omit<AppRole, "kind">>): AppRole {
  return { kind: "approle", mount: "approle", ...parts };
}

/** A file that names an AppRole in full, its secret id included. */
export const FILE_LOGIN = appRole({
  roleId: new Secret("file-role"),
  secretId: new Secret("file-secret"),
});

/** Variables for a token, so that a test of something else has a login method. */
export const TOKEN = { VAULT_TOKEN: "env-token" };

/** The message with which these settings are refused. */
export function refusal(settings: VaultSettings, where: Environment): string {
  return messageOf(() => resolveAccess(settings, where));
}

/** The message of the VaultError that a step throws. */
export function messageOf(step: () => unknown): string {
  try {
    step();
  } catch (error) {
    assert.ok(error instanceof VaultError, String(error));
    return error.message;
  }
  assert.fail("it was not refused");
}

/** What a file that says nothing beyond `parts` comes to, where a token is in a variable. */
export function accessOf(
  parts: Partial<VaultSettings>,
  env: Variables = {},
  files: Files = {},
): VaultAccess {
  return resolveAccess({ ...FILE, ...parts }, environment({ ...TOKEN, ...env }, files));
}

/** All login methods of a file that says nothing beyond `parts`, without a client certificate. */
export function gather(
  parts: Partial<VaultSettings>,
  env: Variables = {},
  files: Files = {},
): Credentials[] {
  return gatherCredentials({ ...FILE, ...parts }, environment(env, files), {
    problem: "there is no client certificate",
  });
}

/** What stands for a login method that cannot be used. */
export function unusable(problem: string): Credentials {
  return { kind: "unusable", problem };
}
