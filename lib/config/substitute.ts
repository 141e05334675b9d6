/**
 * Variables in values. They are put in after the text was parsed, so that no value can be more than
 * the one value it stands in. Keys are left alone, and so is what stands under `x-…` and is used
 * nowhere.
 */
import type { Finding, KeyPath } from "./key_path.ts";
import { InvalidValue } from "./mistake.ts";
import type { Environment } from "./environment.ts";

type Variable = Environment["variable"];
type Tree = Record<string | number, unknown>;

/** `$${`, or a variable with what stands in its braces; without an end, all the rest. */
const MARK = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** The host's names, and what the permissions of the binary allow to be asked for. */
const KNOWN = /^(?:HOSTNAME|FQDN|VCM_[A-Za-z0-9_]+)$/;

/** What a message may show of braces; anything else may be part of a password. */
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/** Asks for each variable once. */
export function askOnce(variable: Variable): Variable {
  const known = new Map<string, ReturnType<Variable>>();
  return (name) => {
    if (!known.has(name)) known.set(name, variable(name));
    return known.get(name);
  };
}

/**
 * Puts variables into the values of a tree, in place, and gives what could not be put in.
 *
 * @param spare How keys of the top level begin that are left alone.
 */
export function substitute(
  tree: unknown,
  variable: Variable,
  spare: string,
): Finding[] {
  const findings: Finding[] = [];
  // What aliases repeat is one node, and is gone through once; no recursion, as trees may be deep.
  const seen = new Set<unknown>();
  const open: Branch[] = [];
  const grow = (branch: Omit<Branch, "node">, value: unknown) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    open.push({ ...branch, node: value as Tree });
  };
  grow({}, tree);
  // It grows while it is gone through: what stands near the top comes first.
  for (const branch of open) {
    const { node, parent } = branch;
    for (const step of Array.isArray(node) ? node.keys() : Object.keys(node)) {
      if (parent === undefined && String(step).startsWith(spare)) continue;
      const value = node[step];
      if (typeof value !== "string") grow({ parent: branch, step }, value);
      else if (value.includes("${")) {
        const path = pathOf({ parent: branch, step });
        const { text, invalids } = expand(value, variable, holdsSecret(path));
        findings.push(...invalids.map(({ message }) => ({ path, message })));
        node[step] = text;
      }
    }
  }
  return findings;
}

/** A map or a list, and how it was come to. */
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

/** The text with its variables put in, and what is wrong with them. */
function expand(
  text: string,
  variable: Variable,
  secret: boolean,
): { readonly text: string; readonly invalids: readonly InvalidValue[] } {
  const invalids: InvalidValue[] = [];
  const expanded = text.replace(MARK, (_, inside: string | undefined, end: string) => {
    if (inside === undefined) return "${";
    const value = end === ""
      ? new InvalidValue(`"\${" is not closed by "}"; ${LITERAL}`)
      : read(inside, variable, secret);
    if (typeof value === "string") return value;
    invalids.push(value);
    return "";
  });
  return { text: expanded, invalids };
}

/** @param inside What stands in the braces: a name, or a name, `:-` and what to take without it. */
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
  // As a shell has it: what is empty counts as not set where there is something to take instead.
  if (fallback !== undefined && (typeof value !== "string" || value === "")) return fallback;
  return value ?? new InvalidValue(`${name} is not set; set it, or write \${${name}:-default}`);
}

/** Values of which not even a part may be shown; an address may hold a password. */
function holdsSecret([top, key, ...more]: KeyPath): boolean {
  if (top !== "config") return false;
  return key === "vault" || /(?:^|_)(?:secret|role)_id$/.test(String(more.at(-1) ?? key));
}
