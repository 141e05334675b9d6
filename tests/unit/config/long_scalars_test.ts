/** Long texts: their time grows with their length, not with its square. */
import assert from "node:assert/strict";
import * as names from "../../../lib/config/scalars/names.ts";
import * as places from "../../../lib/config/scalars/places.ts";
import * as plain from "../../../lib/config/scalars/plain.ts";
import { InvalidValue, type Scalar } from "../../../lib/config/scalars/scalar.ts";
import * as services from "../../../lib/config/scalars/services.ts";
import { maintenanceWindow } from "../../../lib/config/scalars/window.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertQuick } from "../../support/busy_machine.ts";

const LENGTH = 128 * 1024;

function isScalar(value: unknown): value is Scalar<unknown> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "scalar";
}

pureTest("a long scalar is read at once", async () => {
  const scalars = Object.entries({ ...names, ...places, ...plain, ...services, maintenanceWindow });
  const begins = ["", "a", "/", "https://", "https://h/", "unix:///", "mon", "1.2;UTF8:", "a@"];
  const units = ["a", "/", ":", "1", "a.", "-", " ", "mon "];
  for (const [name, scalar] of scalars) {
    if (!isScalar(scalar)) continue;
    for (const begin of begins) {
      for (const unit of units) {
        const text = `${begin}${unit.repeat(LENGTH / unit.length)}b!`;
        const began = performance.now();
        scalar.read(text);
        if (performance.now() - began < 5_000) continue;
        await assertQuick(5_000, () => scalar.read(text))
          .catch(({ message }) => assert.fail(`${name}: ${begin}${unit}…: ${message}`));
      }
    }
  }
});

pureTest("a user in an address is refused, and nothing else with an @ or a colon", () => {
  const isRead = (text: string) => typeof places.address.read(text) === "string";
  for (const text of ["https://u@h", "https://u:p@h", "https://:p@h", "https://@:u@h"]) {
    assert.equal(isRead(text), false, text);
  }
  for (const text of ["https://h", "https://h:8200//", "https://[::1]:8200/a@b"]) {
    assert.equal(isRead(text), true, text);
  }
  assert.equal(places.address.read("https://h:8200/a//"), "https://h:8200/a");
  assert.equal(names.mount.read("//pki//"), "pki");
});

pureTest("the name of a template that is too long is not repeated in a suggestion", () => {
  const said = names.unit.read(`${"x".repeat(3_000)}@`);
  assert.ok(said instanceof InvalidValue);
  assert.match(said.message, /^expected a systemd unit such as "nginx\.service", got "x+/);
  assert.ok(said.message.length < 500);
});
