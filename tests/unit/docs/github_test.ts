/** `.github/`: what runs on GitHub's machines, with what rights. */
import assert from "node:assert/strict";
import { load } from "js-yaml";
import { filesBelow } from "../../../scripts/files_below.ts";
import { readDocument } from "./documents.ts";

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

const FILES = (await filesBelow(".github")).filter((path) => path.endsWith(".yml"));
const WORKFLOWS = FILES.filter((path) => path.startsWith(".github/workflows/"));

function stepsOf(path: string): readonly Step[] {
  const { jobs } = load(readDocument(path)) as Workflow;
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

Deno.test("each file of .github is YAML", () => {
  assert.ok(FILES.length >= 5, FILES.join(" "));
  for (const path of FILES) assert.equal(typeof load(readDocument(path)), "object", path);
});

Deno.test("a workflow may only read the repository, and gives its token to no step", () => {
  for (const path of WORKFLOWS) {
    const { permissions } = load(readDocument(path)) as Workflow;
    assert.deepEqual(permissions, { contents: "read" }, path);
    assert.doesNotMatch(readDocument(path), /secrets\.|pull_request_target/, path);
    assert.match(readDocument(path), /persist-credentials: false/, path);
  }
});

Deno.test("a workflow uses actions by commit, not by a tag that can move", () => {
  for (const { uses } of WORKFLOWS.flatMap(stepsOf)) {
    if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  }
});

Deno.test("a workflow runs .ci/run", () => {
  assert.ok(WORKFLOWS.flatMap(stepsOf).some(({ run }) => run === ".ci/run"));
});
