import { deepEqual, equal } from "node:assert/strict";
import { closingLine, countTests, failedTests } from "../../../scripts/junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.066">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="a &lt;1&gt; &amp;lt;" classname="./a_test.ts" time="0.002" line="1" col="6">
            <failure message="1 test step failed">Error: &lt;failure &gt;.</failure>
        </testcase>
        <testcase name="b" classname="./a_test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="c" classname="./a_test.ts" time="0.000" line="3" col="6">
        </testcase>
        <testcase name="a &gt; s1" classname="./a_test.ts" time="0.000" line="1" col="39">
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("countTests() counts each test once, whatever its name and message say", () => {
  deepEqual(countTests(REPORT), { passed: 2, failed: 1, skipped: 1 });
  deepEqual(countTests(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("failedTests() names those that failed, as they are called", () => {
  deepEqual(failedTests(REPORT), ["a <1> &lt;"]);
  deepEqual(failedTests(""), []);
});

Deno.test("closingLine() mentions skipped tests only if there are some", () => {
  equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  equal(closingLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});
