import assert from "node:assert/strict";
import { readDocument } from "./documents.ts";

interface Module {
  readonly path: string;
  readonly imports: readonly string[];
}

/** Rooms from top to bottom: a room imports from those below it and from itself. */
const ROOMS = [
  ["cli"],
  ["demo"],
  ["report"],
  ["apply"],
  ["vault"],
  ["observe"],
  ["plan"],
  ["config", "certificate"],
];

/** The rooms within `vault`, in the same way. */
const VAULT_ROOMS = ["doctor", "pki", "session", "wire", "access"];

/** The demo walks through the commands as a person does; it is handed them, and knows their type. */
const ALLOWED_UPWARDS = new Set(["lib/demo/tour.ts -> lib/cli/host.ts"]);

const PURE = ["lib/plan/", "lib/report/", "lib/certificate/", "lib/config/"];
const IMPURE_FILES = new Set([
  "lib/config/host_names.ts",
  "lib/config/host_surroundings.ts",
  "lib/config/include_files.ts",
  "lib/config/load.ts",
  "lib/config/regular_file.ts",
  "lib/config/trust.ts",
  "lib/config/trusted_file.ts",
]);
const EFFECTS = /\bDeno\.(?!customInspect)|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bconsole\./;

/** Each package is imported in one room, so that it can be exchanged in one place. */
const PACKAGE_ROOMS: Readonly<Record<string, string>> = {
  "js-yaml": "config",
  "valibot": "config",
  "yaml": "config",
  "@peculiar/asn1-cms": "certificate",
  "@peculiar/asn1-pfx": "certificate",
  "@peculiar/asn1-pkcs8": "certificate",
  "@peculiar/asn1-schema": "certificate",
  "@peculiar/asn1-x509": "certificate",
  "@peculiar/x509": "certificate",
  "reflect-metadata": "certificate",
};

Deno.test("imports point one way, from upper rooms to lower ones", async () => {
  for (const { path, imports } of await readModules()) {
    for (const target of imports.filter((target) => target.startsWith("lib/"))) {
      if (ALLOWED_UPWARDS.has(`${path} -> ${target}`)) continue;
      assert.ok(levelOf(path) <= levelOf(target), `${path} imports ${target}`);
    }
  }
});

Deno.test("imports within vault point one way too", async () => {
  const level = (path: string) => {
    const [, top, room = ""] = path.split("/");
    return top === "vault" && VAULT_ROOMS.includes(room) ? VAULT_ROOMS.indexOf(room) : undefined;
  };
  for (const { path, imports } of await readModules()) {
    for (const target of imports) {
      const [from, to] = [level(path), level(target)];
      if (from === undefined || to === undefined) continue;
      assert.ok(from <= to, `${path} imports ${target}`);
    }
  }
});

Deno.test("pure rooms touch nothing", async () => {
  const pure = (await readModules()).filter(({ path }) =>
    PURE.some((room) => path.startsWith(room)) && !IMPURE_FILES.has(path)
  );
  assert.ok(pure.length > 20, `only ${pure.length} pure files found`);
  for (const { path } of pure) {
    const code = readDocument(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert.equal(EFFECTS.exec(code)?.[0], undefined, path);
  }
});

Deno.test("each package is imported in one room", async () => {
  for (const { path, imports } of await readModules()) {
    for (const target of imports.filter((target) => target in PACKAGE_ROOMS)) {
      assert.equal(roomOf(path), PACKAGE_ROOMS[target], `${path} imports ${target}`);
    }
  }
});

Deno.test("what a run with nothing to do loads does not hold what it does not need", async () => {
  const modules = new Map((await readModules()).map((module) => [module.path, module]));
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    modules.get(path)?.imports.forEach(load);
  };
  load("main.ts");
  load("lib/cli/act.ts");
  const lazies = ["@peculiar/x509", "yaml", "lib/vault/session/session.ts", "lib/apply/apply.ts"];
  const locked = ["lib/apply/lock_wait.ts", "lib/apply/lock_holder.ts"];
  const bundles = ["lib/observe/bundle.ts", "lib/apply/bundle.ts"];
  const sealing = ["@peculiar/asn1-pfx", "lib/certificate/sealed.ts"];
  const foreign = ["lib/observe/read_unwaiting.ts", "lib/apply/hands/obey.ts"];
  const others = [
    "lib/cli/look.ts",
    "lib/cli/commands.ts",
    "lib/cli/help.ts",
    "lib/cli/man_page.ts",
  ];
  const whole = ["lib/config/parse_whole.ts", "lib/config/host_surroundings.ts"];
  const described = [
    "lib/cli/schema.ts",
    "lib/config/json_schema.ts",
    "lib/config/outline.ts",
    "lib/report/output_schema/output_schema.ts",
    "lib/report/documents.ts",
  ];
  for (
    const lazy of [
      ...lazies,
      ...locked,
      ...bundles,
      ...sealing,
      ...foreign,
      ...others,
      ...described,
      ...whole,
    ]
  ) {
    assert.ok(!loaded.has(lazy), `${lazy} is loaded at start`);
  }
  assert.ok(loaded.has("js-yaml"));
});

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function levelOf(path: string): number {
  if (path === "main.ts") return -1;
  const level = ROOMS.findIndex((rooms) => rooms.includes(roomOf(path)));
  assert.ok(level >= 0, `${path} is in a room that the house does not know`);
  return level;
}

/** The program's own modules, each with what it imports statically, types left out. */
async function readModules(): Promise<Module[]> {
  const root = new URL("../../../", import.meta.url);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
    stderr: "null",
  }).output();
  assert.ok(success, "deno info failed");
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const local = (specifier: string) => specifier.replace(root.href, "");
  return graph.modules
    .filter(({ specifier }) => specifier.startsWith(root.href))
    .map(({ specifier, dependencies }) => ({
      path: local(specifier),
      imports: (dependencies ?? [])
        .filter((dependency) => dependency.code !== undefined && !dependency.isDynamic)
        .map(({ specifier, code }) =>
          specifier.startsWith(".") ? local(code?.specifier ?? "") : specifier
        ),
    }));
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}
