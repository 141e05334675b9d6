/** The metrics of real runs, as Prometheus' own parser reads them. */
import { readdirSync, statSync } from "node:fs";
import { type MetricSample, readMetrics } from "../support/read_metrics.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine", "prometheus");

const FILE = "metrics/vcm.prom";
const CERTS = `  - name: "web.demo.internal"
    deploy: [{ cert: "FOLDER/ssl/web.crt" }]
    service: [{ name: "job", command: ["FOLDER/act"] }]
  - name: "odd \\" name"
    common_name: "odd.demo.internal"
    deploy: [{ cert: "FOLDER/none/odd.crt" }]
`;

async function configure(place: UsersPlace, certs = CERTS): Promise<void> {
  await place.configure(certs);
  const text = await Deno.readTextFile(place.at("vcm.yaml"));
  const metrics = `  metrics_file: "${place.at(FILE)}"\ncerts:\n`;
  await Deno.writeTextFile(place.at("vcm.yaml"), text.replace("certs:\n", metrics));
}

async function act(place: UsersPlace, status: number): Promise<void> {
  await Deno.writeTextFile(place.at("act"), `#!/bin/sh\nexit ${status}\n`);
  await Deno.chmod(place.at("act"), 0o755);
}

function value(samples: readonly MetricSample[], name: string, label?: string): number | undefined {
  return samples.find((one) =>
    one.name === name && (label === undefined || Object.values(one.labels).includes(label))
  )?.value;
}

test("a run tells what came about, and the next one what is still amiss", async () => {
  await using place = await makeUsersPlace();
  for (const name of ["ssl", "metrics"]) await place.makeDirectory(name, 0);
  await act(place, 1);
  await configure(place);
  const began = Date.now() / 1000;
  assert.equal((await place.vcm(["run"])).code, 1);
  const first = await readMetrics(place.at(FILE));
  const end = value(first, "vcm_certificate_not_after_timestamp_seconds", "web.demo.internal") ?? 0;
  assert.ok(end > began + 3600, String(end));
  const renewal = value(first, "vcm_certificate_renewal_timestamp_seconds", "web.demo.internal");
  assert.ok(renewal !== undefined && renewal > began && renewal < end, String(renewal));
  assert.deepEqual(
    [
      value(first, "vcm_certificate_ok", "web.demo.internal"),
      value(first, "vcm_certificate_ok", 'odd " name'),
      value(first, "vcm_service_pending_action", "command:job"),
      value(first, "vcm_run_steps", "issued"),
      value(first, "vcm_run_success"),
    ],
    [1, 0, 1, 2, 0],
  );
  assert.ok((value(first, "vcm_run_timestamp_seconds") ?? 0) >= Math.floor(began));
  assert.equal(statSync(place.at(FILE)).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(place.at("metrics")), ["vcm.prom"]);

  await act(place, 0);
  await place.makeDirectory("none", 0);
  assert.equal((await place.vcm(["run"])).code, 0);
  // Nothing is to be done; the file is written all the same, by another way.
  assert.equal((await place.vcm(["run"])).code, 0);
  const last = await readMetrics(place.at(FILE));
  assert.deepEqual(
    [
      value(last, "vcm_certificate_ok", 'odd " name'),
      value(last, "vcm_certificate_not_after_timestamp_seconds", "web.demo.internal"),
      value(last, "vcm_certificate_renewal_timestamp_seconds", "web.demo.internal"),
      value(last, "vcm_service_pending_action", "command:job"),
      value(last, "vcm_run_steps", "issued"),
      value(last, "vcm_run_success"),
    ],
    [1, end, renewal, 0, 0, 1],
  );
});

test("a run of some certificates, and what only looks, leave the metrics as they are", async () => {
  await using place = await makeUsersPlace();
  for (const name of ["ssl", "metrics", "none"]) await place.makeDirectory(name, 0);
  await act(place, 0);
  await configure(place);
  for (const line of [["run", "web.demo.internal"], ["check"], ["plan"], ["issue", "--force"]]) {
    await place.vcm(line);
    assert.deepEqual(readdirSync(place.at("metrics")), [], line.join(" "));
  }
});

test("in a collector's own directory the collector's user writes, with steps and without", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.makeDirectory("none", 0);
  await place.makeDirectory("metrics", USER, 0o700);
  await act(place, 0);
  await configure(place);
  for (const _ of ["with", "without"]) {
    assert.equal((await place.vcm(["run"])).code, 0);
    assert.equal(statSync(place.at(FILE)).uid, USER);
    assert.equal(value(await readMetrics(place.at(FILE)), "vcm_run_success"), 1);
    await Deno.remove(place.at(FILE));
  }
  const { stdout } = await place.vcm(["plan", "--permissions"]);
  assert.ok(stdout.includes("FOLDER/metrics/.vcm.prom.vcm-new\n"), stdout);
});

test("metrics that cannot be written are a warning, and keep nothing from being done", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.makeDirectory("none", 0);
  await act(place, 0);
  await configure(place);
  const absent = 'warning: Cannot write "metrics_file" "FOLDER/metrics/vcm.prom": ' +
    'the directory "FOLDER/metrics" does not exist\n';
  for (const _ of ["with", "without"]) {
    const { code, stderr } = await place.vcm(["run", "--quiet"]);
    assert.deepEqual([code, stderr], [0, absent]);
    assert.ok(statSync(place.at("ssl/web.crt")).isFile());
  }
  await place.makeDirectory("metrics", 0, 0o777);
  const { stderr } = await place.vcm(["run", "--quiet"]);
  assert.match(stderr, /"FOLDER\/metrics\/vcm\.prom": Every user may write to "FOLDER\/metrics"/);
});
