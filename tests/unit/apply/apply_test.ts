import assert from "node:assert/strict";
import { deployStep, failures, issueStep, kinds, withRig } from "./plans.ts";

const MISSING = [{ kind: "missing" }] as const;
const RENEWED = [{ kind: "renewed" }] as const;
const BAD = "denied.example.test";

Deno.test("apply() issues, stores and deploys, and the files are of one set", () =>
  withRig(async ({ directory, plan, run, vault }) => {
    const name = "web.example.test";
    const events = await run(plan(issueStep(name), deployStep(directory, name, MISSING)));
    assert.deepEqual(kinds(events), ["issued", "deployed", "deployed"]);
    for (const [what, ending] of [["cert", "crt"], ["privkey", "key"]]) {
      assert.equal(
        directory.read(`ssl/${name}.${ending}`),
        directory.read(`store/${name}/${what}.pem`),
      );
    }
    const paths = vault.requests.map(({ path }) => path);
    assert.deepEqual(paths, [
      "auth/approle/login",
      "pki/issue/web",
      "auth/token/revoke-self",
    ]);
  }));

Deno.test("apply() logs in once for many certificates", () =>
  withRig(async ({ plan, run, vault }) => {
    const names = Array.from({ length: 20 }, (_, at) => `n${at}.example.test`);
    const events = await run(plan(...names.map((name) => issueStep(name))));
    assert.deepEqual(kinds(events), names.map(() => "issued"));
    const paths = vault.requests.map(({ path }) => path);
    assert.equal(paths.filter((path) => path === "auth/approle/login").length, 1);
    assert.equal(paths.filter((path) => path === "auth/token/revoke-self").length, 1);
  }));

Deno.test("apply() lets one certificate fail and does the others", () =>
  withRig(async ({ directory, plan, run, vault }) => {
    const [first, last] = ["a.example.test", "z.example.test"];
    const events = await run(plan(
      issueStep(first),
      deployStep(directory, first, MISSING),
      issueStep(BAD, { role: "denied" }),
      deployStep(directory, BAD, MISSING),
      issueStep(last),
      deployStep(directory, last, MISSING),
    ));
    assert.deepEqual(failures(events), [
      [
        "failed",
        "issue",
        BAD,
        `"${vault.address}" refused "pki/issue/denied" ` +
        `(400: common name ${BAD} not allowed by this role); the role must have its domain ` +
        "in allowed_domains, with allow_bare_domains=true for the domain itself and " +
        "allow_subdomains=true for a name below it (bao read pki/roles/denied); or use another " +
        "name",
      ],
      ["skipped", "deploy", BAD, "no new certificate was issued"],
    ]);
    assert.deepEqual(Deno.lstatSync(directory.at(`store/${last}`)).isDirectory, true);
    assert.equal(directory.tree().some((path) => path.includes(BAD)), false);
    assert.equal(
      directory.tree().filter((path) => path.startsWith("ssl/") && path !== "ssl/").length,
      4,
    );
  }));

Deno.test("apply() restores what drifted from the stored set even if the issue failed", () =>
  withRig(async ({ directory, plan, run }) => {
    for (const what of ["cert", "privkey"]) {
      directory.write(`store/${BAD}/${what}.pem`, `old ${what}\n`);
    }
    directory.write(`ssl/${BAD}.crt`, "damaged\n");
    directory.write(`ssl/${BAD}.key`, "old privkey\n");
    const step = deployStep(directory, BAD, RENEWED, true);
    const [cert, key] = step.targets;
    assert.ok(cert && key);
    const before = Deno.lstatSync(key.path).ino;
    const events = await run(plan(issueStep(BAD, { role: "denied" }), {
      ...step,
      targets: [{ ...cert, drift: [{ kind: "renewed" }, { kind: "content" }] }, key],
    }));
    assert.deepEqual(kinds(events), ["failed", "deployed"]);
    const [, deployed] = events;
    assert.ok(deployed?.kind === "deployed");
    assert.deepEqual(deployed.drift, [{ kind: "content" }]);
    assert.equal(directory.read(`ssl/${BAD}.crt`), "old cert\n");
    assert.equal(Deno.lstatSync(key.path).ino, before);
  }));

Deno.test("apply() deploys nothing of a stored set that is not whole", () =>
  withRig(async ({ directory, plan, run }) => {
    directory.write(`store/${BAD}/cert.pem`, "of another key\n");
    const events = await run(plan(
      issueStep(BAD, { role: "denied" }),
      deployStep(directory, BAD, [{ kind: "renewed" }, { kind: "mode", from: "0644", to: "0600" }]),
    ));
    assert.deepEqual(kinds(events), ["failed", "skipped"]);
    assert.equal(directory.tree().includes(`ssl/${BAD}.crt`), false);
  }));

Deno.test("apply() gives events that can be cloned, and that hold no secret", () =>
  withRig(async ({ directory, plan, run, vault }) => {
    const name = "web.example.test";
    directory.write("ssl/.gone.vcm-new", "left\n");
    const events = await run(plan(
      {
        kind: "recover",
        certificate: name,
        store: true,
        pendingValidation: [],
        leftovers: [directory.at("ssl/.gone.vcm-new")],
        detail: "an interrupted run left temporary files",
        closeKey: false,
      },
      issueStep(name, { ttl: 200 * 86_400 }),
      deployStep(directory, name, MISSING),
      issueStep(BAD, { role: "denied" }),
      { kind: "clear", service: "nginx.service", detail: "it loaded them" },
    ));
    const seen = new Set(kinds(events));
    for (
      const kind of ["recovered", "issued", "deployed", "warning", "failed", "cleared"] as const
    ) {
      assert.ok(seen.has(kind), kind);
    }
    assert.deepEqual(structuredClone(events), events);
    const text = Deno.inspect(events, { depth: 9 }) + JSON.stringify(events);
    const key = directory.read(`store/${name}/privkey.pem`).split("\n")[1] ?? "";
    for (const secret of [key, vault.secretId, "PRIVATE KEY"]) {
      assert.equal(text.includes(secret), false);
    }
    assert.deepEqual(directory.tree().filter((path) => path.endsWith("vcm-new")), []);
  }));

Deno.test("apply() warns of a lifetime that the role cut, once, with both figures", () =>
  withRig(async ({ plan, run }) => {
    const events = await run(plan(issueStep("web.example.test", { ttl: 200 * 86_400 })));
    assert.deepEqual(events.filter(({ kind }) => kind === "warning"), [{
      kind: "warning",
      subject: "web.example.test",
      message:
        'asked for a lifetime of 200d and got 90d; fix: lower "ttl", or raise max_ttl of the ' +
        'role "web" or of the mount',
    }]);
  }));

Deno.test("apply() removes the new and the old file of an interrupted run", () =>
  withRig(async ({ directory, plan, run }) => {
    directory.write("ssl/.web.crt.vcm-new", "half");
    directory.write("ssl/.web.crt.vcm-old", "old");
    directory.write("ssl/.web.key.vcm-old", "old");
    directory.write("ssl/web.crt", "new");
    const names = [".web.crt.vcm-new", ".web.crt.vcm-old", ".web.key.vcm-old"];
    const leftovers = names.map((name) => directory.at(`ssl/${name}`));
    const events = await run(plan({
      kind: "recover",
      certificate: "web",
      store: false,
      pendingValidation: [],
      leftovers,
      detail: "an interrupted run left temporary files",
      closeKey: false,
    }));
    assert.deepEqual(
      events,
      leftovers.map((path) => ({
        kind: "recovered",
        certificate: "web",
        detail: `removed "${path}", left by an interrupted run`,
      })),
    );
    assert.deepEqual(directory.tree(), ["ssl/", "ssl/web.crt", "store/"]);
  }));

Deno.test("apply() skips all of a certificate that cannot be recovered, and does the others", () =>
  withRig(async ({ directory, plan, run }) => {
    const name = "web.example.test";
    directory.write(`store/.new-${name}`, "a file in the way");
    const events = await run(plan(
      {
        kind: "recover",
        certificate: name,
        store: true,
        pendingValidation: [],
        leftovers: [],
        detail: "an interrupted run left temporary files",
        closeKey: false,
      },
      issueStep(name),
      deployStep(directory, name, MISSING),
      issueStep("other.example.test"),
    ));
    assert.deepEqual(kinds(events).sort(), ["failed", "issued", "skipped"]);
    assert.deepEqual(failures(events).map(([, step, subject]) => [step, subject]), [
      ["recover", name],
      ["deploy", name],
    ]);
  }));

Deno.test("apply() lets deploying fail without touching a target", () =>
  withRig(async ({ directory, plan, run }) => {
    const name = "web.example.test";
    Deno.mkdirSync(directory.at(`ssl/.${name}.key.vcm-new/in-the-way`), { recursive: true });
    directory.write(`ssl/${name}.crt`, "old\n");
    const events = await run(plan(issueStep(name), deployStep(directory, name, RENEWED)));
    assert.deepEqual(kinds(events), ["issued", "failed"]);
    assert.equal(directory.read(`ssl/${name}.crt`), "old\n");
  }));
