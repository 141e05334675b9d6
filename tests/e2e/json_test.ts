/** Whatever comes of a command with `--json`: standard output is one document that the schema has. */
import { type Command, COMMANDS } from "../../lib/command/commands.ts";
import type { Documents } from "../../lib/report/documents/documents.ts";
import { keysOf } from "../support/output_keys.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { documentOf } from "./document_of.ts";
import { makeUsersPlace, STRANGER, type UsersPlace } from "./user_site.ts";

// Root is needed, as it is for a machine.
const test = await testsNeeding("machine");

const NAME = "web.demo.internal";

/** A pair, and a service that takes anything for files that it can use. */
const WEB = `  - name: "${NAME}"
    deploy:
      - fullchain: "FOLDER/ssl/web.crt"
        mode: "0644"
      - privkey: "FOLDER/ssl/web.key"
    service:
      - name: "web"
        command: ["/bin/true"]
        validate: ["/bin/true"]
`;

const commands: readonly Command[] = COMMANDS;

/** The commands that take `--json` and read the file. */
const READERS = commands.filter(({ name, options }) =>
  // What begins a file reads none.
  options.includes("json") && options.includes("config") && name !== "init"
).map(({ name }) => name);

/** Runs a command line with `--json`, and answers its document. */
async function printed(
  place: UsersPlace,
  line: string,
  expected: number,
  name = line.split(" ")[0] as keyof Documents,
  uid = 0,
) {
  const result = await place.vcm([...line.split(" "), "--json"], uid);
  assert.equal(result.code, expected, `${line}: ${result.stdout}${result.stderr}`);
  return documentOf(name, line, result);
}

async function placeWith(certs: string): Promise<UsersPlace> {
  const place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(certs);
  return place;
}

test("with --json each command prints its document, at first and when nothing is to be done", async () => {
  await using place = await placeWith(WEB);
  assert.equal((await printed(place, "validate", 0)).targets, 2);
  assert.equal((await printed(place, "check", 2)).standing, "broken");
  assert.equal((await printed(place, "status", 2)).standing, "broken");
  const kinds = ({ steps }: { steps: { kind: string }[] }) => steps.map(({ kind }) => kind);
  const steps = ["issue", "deploy", "service"];
  assert.deepEqual(kinds(await printed(place, "plan", 0)), steps);
  assert.deepEqual(kinds(await printed(place, "run --dry-run", 0, "plan")), steps);
  const { permissions } = await printed(place, "plan --permissions", 0);
  assert.deepEqual(permissions.files.net, ["127.0.0.1"]);
  // The demo server answers nothing that only doctor asks.
  const { results } = await printed(place, "doctor", 1);
  assert.equal(results[0].verdict, "ok");

  const { events } = await printed(place, "run", 0);
  const told = events.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(told, ["issued", "deployed", "deployed", "acted"]);
  for (const line of ["run", "issue", "deploy", "restart", "run --verbose", "run --quiet"]) {
    const { events, steps } = await printed(place, line, 0);
    assert.deepEqual([events, steps], [[], []], line);
  }
  for (const line of ["check", "status"]) {
    assert.equal((await printed(place, line, 0)).standing, "fine");
  }
  assert.equal((await printed(place, "issue --force", 0)).outcome.issued, 1);
  assert.equal((await printed(place, `deploy --force ${NAME}`, 0)).outcome.deployed, 2);
  assert.equal((await printed(place, "restart --force", 0)).outcome.acted, 1);
});

test("with --json what is wrong on the host is in the document", async () => {
  await using place = await placeWith(`${WEB}  - name: "db.demo.internal"
    role: "denied"
    deploy: [{ cert: "FOLDER/gone/db.crt" }]
  - name: "sick.demo.internal"
    deploy: [{ cert: "FOLDER/ssl/sick.crt" }]
    service: [{ name: "sick", command: ["/bin/false"], validate: ["/bin/false"] }]
`);
  const { outcome, events } = await printed(place, "run", 1);
  assert.equal(outcome.issued, 2);
  const subjects = outcome.failed.map(({ subject }: { subject: string }) => subject);
  assert.deepEqual(subjects.toSorted(), ["command:sick", "db.demo.internal", "db.demo.internal"]);
  for (const kind of ["failed", "rolled-back"]) {
    assert.ok(events.some((event: { kind: string }) => event.kind === kind), kind);
  }

  await Deno.writeTextFile(place.at("ssl/web.crt"), "");
  await Deno.chmod(place.at("ssl/web.key"), 0o640);
  const { standing, certificates } = await printed(place, `check ${NAME}`, 1);
  assert.equal(standing, "due");
  assert.deepEqual(certificates[0].targets[0].drift.map(({ kind }: { kind: string }) => kind), [
    "content",
  ]);
  const stored = place.at(`store/${NAME}/cert.pem`);
  await Deno.remove(stored);
  await Deno.mkdir(stored);
  const sick = await printed(place, `check ${NAME}`, 3);
  assert.equal(sick.standing, "unknown");
  assert.equal(sick.certificates[0].blocked[0].kind, "unreadable");
  assert.ok(keysOf(await printed(place, "run", 1)).has("failed"));
});

test("with --json a revocation that is not done is a document, as is one that is not asked for", async () => {
  await using place = await placeWith(WEB);
  const { results } = await printed(place, `revoke --yes ${NAME}`, 1);
  assert.deepEqual(results, [
    { name: NAME, done: false, message: "There is no certificate in the store" },
  ]);
  const { error } = await printed(place, `revoke ${NAME}`, 2, "error");
  assert.equal(error.message, "No questions with --json: pass --yes too");
});

test("with --json errors of the file and of the command line are documents", async () => {
  await using place = await placeWith(WEB.replace("mode:", "mod:"));
  const statusOf = (name: string) => name === "check" || name === "status" ? 3 : 2;
  for (const name of READERS) {
    const status = statusOf(name);
    const line = name === "revoke" ? `revoke --yes ${NAME}` : name;
    const { error } = await printed(place, line, status, "error");
    assert.equal(error.problems.length, 1, name);
    assert.equal(error.problems[0].key, "certs[0].deploy[0].mod", name);
    const usage = await printed(place, `${name} --froce`, status, "error");
    assert.match(usage.error.message, /^Unknown option "--froce" of /);
  }
  const strange = await printed(place, "plan", 2, "error", STRANGER);
  assert.match(strange.error.problems[0].message, /^is not readable by this user; /);
  await place.configure(WEB);
  const unknown = await printed(place, "run nobody", 2, "error");
  assert.match(unknown.error.message, /nobody/);
});

test("with --json a lock that another run holds is a document", async () => {
  await using place = await placeWith(WEB);
  await Deno.mkdir(place.at("store"), { mode: 0o700 });
  using lock = await Deno.open(place.at("store/.lock"), { create: true, write: true });
  await lock.lock(true);
  for (const line of ["run", "issue", "deploy", "restart", "run --wait 1s"]) {
    const { error } = await printed(place, line, 75, "error");
    assert.match(error.message, /^Another run of vcm holds the lock "FOLDER\/store\/\.lock"/);
  }
});
