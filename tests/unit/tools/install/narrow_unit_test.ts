import assert from "node:assert/strict";
import { narrowness } from "../../../../lib/tools/install/narrow_unit.ts";
import type { UnitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import { serviceUnit } from "../../../../lib/tools/install/units_text.ts";
import { FACTS as USUAL } from "./facts.ts";

const FACTS: UnitFacts = { ...USUAL, config: "/srv/vcm.yaml" };
const FIX = '; fix: run "vcm install" again';

/** Of a unit that was written for some facts, and is now to serve others. */
function narrow(now: Partial<UnitFacts>, before: Partial<UnitFacts> = {}, ...dropIns: string[]) {
  return narrowness([serviceUnit({ ...FACTS, ...before }, 252), ...dropIns], { ...FACTS, ...now });
}

Deno.test("narrowness() names the directories that the unit is closed to", () => {
  assert.equal(narrow({}), undefined);
  assert.equal(narrow({ writes: ["/etc/nginx/ssl", "/var/lib/vcm/certs/deeper"] }), undefined);
  assert.equal(
    narrow({ writes: ["/etc", "/etc/nginx/ssl", "/srv/ssl"] }),
    `it may not write to "/etc", "/srv/ssl"${FIX}`,
  );
});

Deno.test("narrowness() names the settings that are stricter than the configuration allows", () => {
  const cases: [Partial<UnitFacts>, string][] = [
    [{ inHome: "/root/ca.pem" }, "ProtectHome"],
    [{ readsHome: true }, "ProtectHome"],
    [{ inTmp: "/tmp/x" }, "PrivateTmp"],
    [{ inShm: "/dev/shm/x" }, "InaccessiblePaths"],
    [{ givesSetIds: true }, "RestrictSUIDSGID, CapabilityBoundingSet"],
    [{ createsDirectories: true }, "CapabilityBoundingSet"],
    [{ limit: 3601 }, "TimeoutStartSec"],
  ];
  for (const [now, names] of cases) {
    assert.equal(narrow(now), `the configuration needs a looser ${names}${FIX}`);
    assert.equal(narrow({}, now), undefined, "a unit may be wider");
    assert.equal(narrow(now, now), undefined);
  }
});

Deno.test("narrowness() sees a first validate, command and container", () => {
  for (const now of [{ validates: true }, { asksPodman: true }]) {
    const message = narrow(now) ?? "";
    assert.match(message, /^it may not write to "\/run", .*; the configuration needs a looser Cap/);
    assert.equal(narrow(now, now), undefined);
  }
  assert.equal(
    narrow({ runsCommands: true }),
    "the configuration needs a looser ProtectHome, ProtectSystem, CapabilityBoundingSet, " +
      `RestrictAddressFamilies, SystemCallFilter, InaccessiblePaths${FIX}`,
  );
  assert.match(narrow({ startsContainers: true }) ?? "", /looser NoNewPrivileges, .*SystemCallF/);
  assert.equal(narrow({ startsContainers: true }, { startsContainers: true }), undefined);
});

Deno.test("narrowness() reads drop-ins as systemd does", () => {
  const writes = [...FACTS.writes, "/srv/a b", "/srv/100%"];
  const dropIn = '[Service]\nReadWritePaths="-/srv/a b" /srv/100%%\n';
  assert.equal(narrow({ writes }, {}, dropIn), undefined);
  assert.equal(narrow({ writes }, {}, "[Service]\nProtectSystem=no\n"), undefined);
  assert.match(narrow({ writes }, {}, "[Service]\nNice=5\n") ?? "", /"\/srv\/a b", "\/srv\/100%"/);
  const logs = "[Service]\nStateDirectory=own\n";
  assert.equal(narrow({ writes: ["/var/lib/own"] }, {}, logs), undefined);
  assert.match(
    narrow({}, {}, "[Service]\nReadWritePaths=\n") ?? "",
    /may not write to "\/etc\/nginx/,
  );
  assert.equal(narrow({ inHome: "/root/x" }, {}, "[Service]\nProtectHome=false\n"), undefined);
  assert.equal(narrow({ limit: 9999 }, {}, "[Service]\nTimeoutStartSec=infinity\n"), undefined);
  assert.equal(narrow({ limit: 7200 }, {}, "[Service]\nTimeoutStartSec=2h\n"), undefined);
  assert.match(narrow({ limit: 3601 }, {}, "[Service]\nTimeoutStartSec=1h\n") ?? "", /Timeout/);
  const mounts = "[Service]\nSystemCallFilter=@mount\nCapabilityBoundingSet=CAP_SYS_ADMIN\n" +
    "InaccessiblePaths=\nReadWritePaths=/run /var/lib\n";
  assert.equal(narrow({ asksPodman: true }, {}, mounts), undefined);
});

Deno.test("narrowness() says nothing of units of others, or for another file", () => {
  const unit = serviceUnit(FACTS, 252);
  const now = { ...FACTS, writes: ["/srv/new"] };
  assert.equal(narrowness([unit], { ...now, config: "/etc/other.yaml" }), undefined);
  assert.equal(narrowness([unit.slice(unit.indexOf("\n") + 1)], now), undefined);
  const other = "[Service]\nExecStart=\nExecStart=/bin/true\n";
  assert.equal(narrowness([unit, other], now), undefined);
});

Deno.test("narrowness() names a directory in which an unwrapped secret id may be saved", () => {
  const message = narrow({ sharedSecretDirectory: "/etc/vcm" }) ?? "";
  assert.match(
    message,
    /saved in "\/etc\/vcm".*set "secret_id_file" to "\/var\/lib\/vcm\/secret\//,
  );
});
