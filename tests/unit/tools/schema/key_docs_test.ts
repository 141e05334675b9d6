/** The notes on keys: each example and default is one that the file can have, and says the truth. */
import assert from "node:assert/strict";
import type { Example, KeyDoc } from "../../../../lib/tools/schema/key_doc.ts";
import {
  KEY_DOCS,
  mapBelow,
  type MapName,
  shownDefault,
} from "../../../../lib/tools/schema/key_docs.ts";
import type { Keys as DeclaredKeys, Value } from "../../../../lib/config/declaration.ts";
import { fileSchema } from "../../../../lib/config/schema.ts";
import { parseConfig } from "../../../../lib/config/parse.ts";
import type { Config } from "../../../../lib/config/types.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { editorTree, schemaMistakes } from "../../../support/editor.ts";

type Keys = { readonly [key: string]: Example };

const NAMED = { name: "a.b", pki: "p", role: "r" };

/** A whole file in which a map of each kind has these keys, and what it cannot be without. */
const FILE_WITH: Readonly<Record<MapName, (keys: Keys) => Keys>> = {
  file: (keys) => ({ config: { pki: "p", role: "r" }, certs: [NAMED], ...keys }),
  config: (keys) => ({ config: { pki: "p", role: "r", ...keys }, certs: [NAMED] }),
  auth: (keys) => ({ config: { auth: { method: "approle", ...keys } }, certs: [NAMED] }),
  reissue: (keys) => ({
    config: { reissue: { issued_before: "2026-12-01T09:30Z", ...keys } },
    certs: [NAMED],
  }),
  certs: (keys) => ({ certs: [{ ...NAMED, ...keys }] }),
  trust: (keys) => ({
    certs: [NAMED],
    trust: [{ name: "ca", ...("crl" in keys ? {} : { ca_bundle: "p" }), ...keys }],
  }),
  deploy: (keys) =>
    "crl" in keys
      ? { certs: [NAMED], trust: [{ name: "crl", crl: "p", deploy: [keys] }] }
      : { certs: [{ ...NAMED, deploy: [keys] }] },
  service: (keys) => ({ certs: [{ ...NAMED, service: [{ name: "nginx", ...keys }] }] }),
  defaults: (keys) => ({ certs: [NAMED], defaults: keys }),
  "defaults.deploy": (keys) => FILE_WITH.defaults({ deploy: keys }),
  "defaults.service": (keys) => FILE_WITH.defaults({ service: keys }),
  probe: (keys) => FILE_WITH.service({ probe: { connect: "a:1", ...keys } }),
};

/** What a key needs beside it. */
const BESIDE: Readonly<Record<string, Keys>> = {
  "config.client_cert": { client_key: "/etc/vcm/client.key" },
  "config.client_key": { client_cert: "/etc/vcm/client.pem" },
  "config.reuse_key": { key: "local" },
  "auth.role": { method: "jwt" },
  "auth.jwt_file": { method: "jwt" },
  "auth.jwt_command": { method: "jwt" },
  "auth.token_file": { method: "token" },
  "auth.wrapped_secret_id_file": { secret_id_file: "/etc/vcm/secret-id" },
  "certs.reuse_key": { key: "local" },
  "deploy.source": { dest: "/a" },
  "deploy.dest": { source: "cert" },
  "deploy.order": { combined: "/a" },
  "deploy.pkcs12": { password_file: "/etc/vcm/password" },
  "deploy.password_file": { privkey: "/a" },
  "deploy.alias": { pkcs12: "/a", password_file: "/etc/vcm/password" },
  "deploy.owner": { cert: "/a" },
  "deploy.group": { cert: "/a" },
  "deploy.mode": { cert: "/a" },
  "deploy.create_dirs": { cert: "/a" },
  "deploy.in_place": { cert: "/a" },
  "deploy.overwrite": { cert: "/a" },
  "service.signal": { control: "signal" },
};

const ALL = Object.entries(KEY_DOCS).flatMap(([name, docs]) =>
  Object.entries<KeyDoc>(docs).map(([key, doc]) => ({ name: name as MapName, key, doc }))
);

/** All keys as they are declared. */
const DECLARED = declaredBelow(fileSchema, "file");

interface Declared {
  readonly name: MapName;
  readonly key: string;
  readonly declared: DeclaredKeys[string];
}

function declaredBelow(value: Value<unknown>, name: MapName): Declared[] {
  if (value.kind === "list") return declaredBelow(value.item, name);
  if (value.kind === "shortForm") return declaredBelow(value.map, name);
  if (value.kind !== "map") return [];
  return Object.entries(value.keys).flatMap(([key, declared]) => [
    { name, key, declared },
    ...declaredBelow(declared.value, mapBelow(name, key)),
  ]);
}

/** Of `certs` as of `config`, where the words are those of the latter. */
const IS_TOLD = new Set(Object.keys(KEY_DOCS.config));

function read(name: MapName, keys: Keys): Promise<Config> {
  return parseConfig(JSON.stringify(FILE_WITH[name](keys)), "f");
}

pureTest("each example of a key is one that the file can have", async () => {
  for (const { name, key, doc } of ALL) {
    const keys = { ...BESIDE[`${name}.${key}`], [key]: doc.example };
    await read(name, keys);
    assert.deepEqual(schemaMistakes(FILE_WITH[name](keys)), [], `${name}.${key}`);
    // Unquoted as well.
    if (typeof doc.example !== "string") continue;
    const tree = editorTree(`${key}: ${doc.example}\n`) as Keys;
    assert.deepEqual(schemaMistakes(FILE_WITH[name]({ ...keys, ...tree })), [], `${name}.${key}`);
  }
});

pureTest("each default, written down, changes nothing", async () => {
  let count = 0;
  for (const { name, key, declared } of DECLARED) {
    const at = `${name}.${key}`;
    const shown = shownDefault(declared) as Example | undefined;
    if (shown === undefined || key === "renew") continue;
    const beside = BESIDE[at] ?? {};
    const said = await read(name, { ...beside, [key]: shown });
    assert.deepEqual(said, await read(name, beside), at);
    count++;
  }
  assert.ok(count > 20, `${count}`);
});

// A third has no end as a decimal.
pureTest("the default of renew is that of the file, to a tenth of a percent", async () => {
  const renewOf = ({ certificates: [certificate] }: Config) => {
    assert.ok(certificate?.renew.kind === "share");
    return certificate.renew.percent;
  };
  const shownRenew = shownDefault(DECLARED.find(({ key }) => key === "renew")!.declared);
  const said = renewOf(await read("config", { renew: shownRenew as Example }));
  assert.ok(Math.abs(said - renewOf(await read("config", {}))) < 0.1);
});

pureTest("a note has a sentence, and one default at the most", () => {
  for (const { name, key, doc } of ALL) {
    assert.match(doc.means, /^[A-Z`].*[^.]\.$/, `${name}.${key}`);
    const declared = DECLARED.find((one) => one.name === name && one.key === key)?.declared;
    const hasDefault = declared?.default !== undefined || (declared?.isInherited ?? false);
    assert.ok(!hasDefault || doc.otherwise === undefined || IS_TOLD.has(key), `${name}.${key}`);
  }
});

pureTest("each key of the schema has its note, and no other has", () => {
  const names = (keys: readonly { readonly name: MapName; readonly key: string }[]) =>
    [...new Set(keys.map(({ name, key }) => `${name}.${key}`))].sort();
  assert.deepEqual(names(DECLARED), names(ALL));
});
