/**
 * Expands variables in values. It works on the parsed tree, so that the value of a variable cannot add
 * keys or entries. Keys are not expanded, nor are values under `x-…` that are not used anywhere.
 */
import type { KeyDiagnostic, KeyPath } from "./diagnostic.ts";
import { InvalidValue } from "./scalars/scalar.ts";
import type { Environment } from "./environment.ts";
import { SPARE } from "./schema.ts";

type Variable = Environment["variable"];
type Tree = Record<string | number, unknown>;

/** `$${`, or a variable with the text in its braces; if the brace is not closed, all the rest. */
const MARK = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** The host names, and the variables that the permissions of the binary include. */
const KNOWN = /^(?:HOSTNAME|FQDN|VCM_[A-Za-z0-9_]+)$/;

/** Names that a message may show; other text may be part of a password. */
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/** Caches the value of each variable. */
export function askOnce(variable: Variable): Variable {
  const known = new Map<string, ReturnType<Variable>>();
  return (name) => {
    if (!known.has(name)) known.set(name, variable(name));
    return known.get(name);
  };
}

/** Expands the variables in a tree, in place, and returns the errors. */
export function substitute(tree: unknown, variable: Variable): KeyDiagnostic[] {
  const diagnostics: KeyDiagnostic[] = [];
  // Aliases share one node, which is expanded once. No recursion, because trees may be deep.
  const seen = new Set<unknown>();
  const open: Branch[] = [];
  const grow = (branch: Omit<Branch, "node">, value: unknown) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    open.push({ ...branch, node: value as Tree });
  };
  grow({}, tree);
  // The list grows during the loop, so the tree is walked breadth first.
  for (const branch of open) {
    const { node, parent } = branch;
    for (const step of Array.isArray(node) ? node.keys() : Object.keys(node)) {
      if (parent === undefined && String(step).startsWith(SPARE)) continue;
      const value = node[step];
      if (typeof value !== "string") grow({ parent: branch, step }, value);
      else if (value.includes("${")) {
        const path = pathOf({ parent: branch, step });
        const { text, errors } = expand(value, variable, holdsSecret(path));
        diagnostics.push(...errors.map(({ message }) => ({ path, message })));
        node[step] = text;
      }
    }
  }
  return diagnostics;
}

/** A map or a list, with its parent. */
interface Branch {
  readonly node: Tree;
  readonly parent?: Branch;
  readonly step?: string | number;
}

function pathOf(branch: Omit<Branch, "node">): KeyPath {
  const path: (string | number)[] = [];
  let at: Omit<Branch, "node"> | undefined = branch;
  for (; at?.step !== undefined; at = at.parent) path.push(at.step);
  return path.reverse();
}

const LITERAL = 'for a literal "${" write "$${"';

/** The text with its variables expanded, and the errors. */
function expand(
  text: string,
  variable: Variable,
  secret: boolean,
): { readonly text: string; readonly errors: readonly InvalidValue[] } {
  const errors: InvalidValue[] = [];
  const expanded = text.replace(MARK, (_, inside: string | undefined, end: string) => {
    if (inside === undefined) return "${";
    const value = end === ""
      ? new InvalidValue(`"\${" is not closed by "}"; ${LITERAL}`)
      : read(inside, variable, secret);
    if (typeof value === "string") return value;
    errors.push(value);
    return "";
  });
  return { text: expanded, errors };
}

/** @param inside The text in the braces: a name, or a name, `:-` and a default. */
function read(inside: string, variable: Variable, secret: boolean): string | InvalidValue {
  const [name = "", fallback] = inside.split(/:-(.*)/s);
  if (fallback?.includes("${")) {
    return new InvalidValue(`the default after ":-" is plain text and cannot contain a variable`);
  }
  if (!KNOWN.test(name)) {
    const shown = !secret && NAME.test(name) ? `\${${name}}` : `"\${…}"`;
    return new InvalidValue(
      `${shown} is not a known variable; use \${HOSTNAME}, \${FQDN} or a variable whose name ` +
        `begins with VCM_; ${LITERAL}`,
    );
  }
  const value = variable(name);
  // As in a shell, the default also replaces an empty value.
  if (fallback !== undefined && (typeof value !== "string" || value === "")) return fallback;
  return value ?? new InvalidValue(`${name} is not set; set it, or write \${${name}:-default}`);
}

/** Values of which no part may be shown; an address may contain a password. */
function holdsSecret([top, key, ...more]: KeyPath): boolean {
  if (top !== "config") return false;
  return key === "vault" || /(?:^|_)(?:secret|role)_id$/.test(String(more.at(-1) ?? key));
}
