import assert from "node:assert/strict";
import { readDocument } from "./documents.ts";

interface Module {
  readonly path: string;
  /** What is loaded with it. */
  readonly imports: readonly string[];
  /** What it imports types from. */
  readonly types: readonly string[];
  /** What it loads when it needs it. */
  readonly lazy: readonly string[];
}

/** From top to bottom: a module imports from those below it and from itself, types too. */
const MODULES = [
  "cli",
  "tools",
  "command",
  "report",
  "apply",
  "vault",
  "plan",
  "observe",
  "store",
  "config",
  "host",
  "certificate",
  "text",
];

/** Those within `vault`, in the same way. */
const VAULT_MODULES = ["pki", "session", "wire", "access"];

const PURE = ["lib/text/", "lib/plan/", "lib/report/", "lib/certificate/", "lib/config/"];
const IMPURE_FILES = new Set([
  "lib/config/environment.ts",
  "lib/config/load.ts",
  "lib/config/trust.ts",
  "lib/config/standard_input.ts",
  "lib/config/trusted_file.ts",
]);
const EFFECTS = /\bDeno\.(?!customInspect)|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bconsole\./;

/** Each package is imported in one module, so that it can be exchanged in one place. */
const PACKAGE_MODULES: Readonly<Record<string, string>> = {
  "js-yaml": "config",
  "yaml": "config",
  "@peculiar/asn1-cms": "certificate",
  "@peculiar/asn1-pfx": "certificate",
  "@peculiar/asn1-pkcs8": "certificate",
  "@peculiar/asn1-schema": "certificate",
  "@peculiar/asn1-x509": "certificate",
  "@peculiar/x509": "certificate",
  "reflect-metadata": "certificate",
};

Deno.test("imports point one way, from upper modules to lower ones", async () => {
  for (const { path, imports, types, lazy } of await readModules()) {
    for (const target of [...imports, ...types, ...lazy].filter(isOurs)) {
      assert.ok(levelOf(path) <= levelOf(target), `${path} imports ${target}`);
    }
  }
});

Deno.test("no imports go round in a circle", async () => {
  const modules = await readModules();
  const below = new Map(
    modules.map(({ path, imports, types }) => [path, [...imports, ...types].filter(isOurs)]),
  );
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]) => {
    const circle = [...above.slice(above.indexOf(path)), path].join(" -> ");
    assert.ok(!above.includes(path), circle);
    if (done.has(path)) return;
    for (const target of below.get(path) ?? []) visit(target, [...above, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
});

Deno.test("the engine reaches tools only when a person asks for one", async () => {
  const engine = (await readModules()).filter(({ path }) => moduleOf(path) !== "tools");
  const reached = engine.flatMap(({ path, imports, types }) =>
    [...imports, ...types].filter((target) => moduleOf(target) === "tools")
      .map((target) => `${path} -> ${target}`)
  );
  assert.deepEqual(reached, []);
});

Deno.test("imports within vault point one way too", async () => {
  const level = (path: string) => {
    const [, top, part = ""] = path.split("/");
    return top === "vault" && VAULT_MODULES.includes(part)
      ? VAULT_MODULES.indexOf(part)
      : undefined;
  };
  for (const { path, imports } of await readModules()) {
    for (const target of imports) {
      const [from, to] = [level(path), level(target)];
      if (from === undefined || to === undefined) continue;
      assert.ok(from <= to, `${path} imports ${target}`);
    }
  }
});

Deno.test("pure modules touch nothing", async () => {
  const pure = (await readModules()).filter(({ path }) =>
    PURE.some((module) => path.startsWith(module)) && !IMPURE_FILES.has(path)
  );
  assert.ok(pure.length > 20, `only ${pure.length} pure files found`);
  for (const { path } of pure) {
    const code = readDocument(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert.equal(EFFECTS.exec(code)?.[0], undefined, path);
  }
});

Deno.test("each package is imported in one module", async () => {
  for (const { path, imports } of await readModules()) {
    for (const target of imports.filter((target) => target in PACKAGE_MODULES)) {
      assert.equal(moduleOf(path), PACKAGE_MODULES[target], `${path} imports ${target}`);
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
  load("lib/cli/run.ts");
  const lazies = [
    "@peculiar/x509",
    "yaml",
    "js-yaml",
    "lib/vault/session/session.ts",
    "lib/apply/apply.ts",
  ];
  const records = ["lib/store/refused_answer.ts", "lib/observe/revocations.ts"];
  const locked = ["lib/store/lock_wait.ts", "lib/store/lock_holder.ts"];
  const bundles = ["lib/observe/bundle.ts", "lib/apply/bundle.ts"];
  const sealing = ["@peculiar/asn1-pfx", "lib/certificate/encrypted.ts"];
  const foreign = ["lib/host/read_unwaiting.ts", "lib/apply/writers/writer_process.ts"];
  const others = [
    "lib/cli/check.ts",
    "lib/command/commands.ts",
    "lib/cli/help.ts",
    "lib/tools/shell/man_page.ts",
  ];
  const programs = [
    "lib/host/run_command.ts",
    "lib/host/process_tree.ts",
    "lib/host/end_signals.ts",
  ];
  const whole = ["lib/config/parse_whole.ts", "lib/config/environment.ts"];
  const described = [
    "lib/tools/schema/schema.ts",
    "lib/tools/schema/json_schema.ts",
    "docs/output.schema.json",
  ];
  for (
    const lazy of [
      ...lazies,
      ...records,
      ...locked,
      ...bundles,
      ...sealing,
      ...foreign,
      ...programs,
      ...others,
      ...described,
      ...whole,
    ]
  ) {
    assert.ok(!loaded.has(lazy), `${lazy} is loaded at start`);
  }
  assert.ok(loaded.has("lib/config/plain_yaml.ts"));
});

function isOurs(path: string): boolean {
  return path.startsWith("lib/");
}

function moduleOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function levelOf(path: string): number {
  if (path === "main.ts") return -1;
  const level = MODULES.indexOf(moduleOf(path));
  assert.ok(level >= 0, `${path} is in a module that this test does not know`);
  return level;
}

/** The program's own modules, each with what it imports. */
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
    .map(({ specifier, dependencies = [] }) => {
      const code = (dynamic: boolean) =>
        dependencies.filter((one) => one.code !== undefined && (one.isDynamic ?? false) === dynamic)
          .map(({ specifier, code }) =>
            specifier.startsWith(".") ? local(code?.specifier ?? "") : specifier
          );
      const types = dependencies.flatMap(({ type, specifier }) =>
        type?.specifier !== undefined && specifier.startsWith(".") ? local(type.specifier) : []
      );
      return { path: local(specifier), imports: code(false), types, lazy: code(true) };
    });
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier: string };
      readonly type?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}
