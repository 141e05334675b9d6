/** The commands that the doctor proposes are those of the server's product. */
import assert from "node:assert/strict";
import { found } from "../../../../lib/report/check_result.ts";
import { nameProgram, programOf } from "../../../../lib/tools/doctor/server_program.ts";
import { freePort } from "../../../support/free_port.ts";
import { readSources } from "../../docs/documents.ts";
import { recordedCall } from "../../vault/recorded.ts";
import { enveloped } from "../../vault/recorded_answers.ts";
import { examineAt, healthy, startWell } from "./doctor_bench.ts";

Deno.test("programOf() tells the products apart by what they say of their health", () => {
  const cases = [
    [JSON.parse(recordedCall("openbao-2.6.2", "01-health").body), "bao"],
    [JSON.parse(recordedCall("vault-1.14.1", "01-health").body), "vault"],
    [{ version: "0.11.0" }, "vault"],
    [{ version: "1.21.0+ent.hsm", enterprise: true }, "vault"],
    [{ version: "2.0.0", enterprise: false }, "vault"],
    [{ version: "2.7.2-dev" }, "bao"],
    [{ version: "10.0.0" }, "bao"],
    [{}, "bao"],
  ] as const;
  for (const [health, program] of cases) assert.equal(programOf(health), program);
});

Deno.test("examine() proposes the commands of the server's product", async () => {
  const commands = async (version: string, others: readonly string[] = []) => {
    const sealed = { ...healthy({ version, sealed: true }), status: 503 };
    await using closed = startWell({ "sys/health": sealed });
    await using server = startWell({
      "sys/health": healthy({ version }),
      "pki/roles/web": { status: 404, body: { errors: [] } },
      "sys/capabilities-self": enveloped({ "pki/issue/web": ["deny"] }),
    });
    const { lines } = await examineAt([server.address, closed.address, ...others]);
    return lines.flatMap((line) => line.match(/\b(?:bao|vault) [a-z]+ [^) ]+/g) ?? []);
  };
  const expected = (program: string) => [
    `${program} operator unseal`,
    `${program} list pki/roles`,
    `${program} policy write`,
    `${program} write pki/roles/web`,
  ];
  assert.deepEqual(await commands("2.6.2"), expected("bao"));
  assert.deepEqual(await commands("1.14.1"), expected("vault"));
  // One that does not answer says nothing of the others.
  assert.deepEqual(await commands("1.14.1", [`http://127.0.0.1:${freePort()}`]), expected("vault"));
});

Deno.test("every command for the server in the sources is known, and names bao", async () => {
  const sources = await readSources();
  const { detail, remedy } = nameProgram(found("ok", "", sources, sources), "vault");
  assert.equal(remedy, detail);
  assert.notEqual(detail, sources);
  assert.deepEqual(detail.match(/\bbao [a-z]+ .*/g) ?? [], []);
  const ofVault = /\bvault (?:list|operator|patch|policy|print|read|secrets|token|write) .*/g;
  assert.deepEqual(sources.match(ofVault) ?? [], []);
});
