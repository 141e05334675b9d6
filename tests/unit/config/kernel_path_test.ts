/** Paths in /dev, /proc and /sys, where the runtime opens no files for VCM. */
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

const MESSAGE = "is in /dev, /proc or /sys, where VCM cannot use files; give a path in another " +
  "directory, such as /run";

pureTest("no key takes a path in a directory of the kernel", async () => {
  const cases: readonly (readonly [line: string, key: string, column: number])[] = [
    ["cert_store: /dev/shm/certs", "cert_store", 15],
    ["cert_store: /dev/shm", "cert_store", 15],
    ["log_file: /dev/shm/vcm.log", "log_file", 13],
    ["log_file: /proc//self/fd/2", "log_file", 13],
    ["metrics_file: /dev/./shm/vcm.prom", "metrics_file", 17],
    ["token_file: /dev/fd/3", "token_file", 15],
    ["client_cert: /sys/a.crt", "client_cert", 16],
  ];
  for (const [line, key, column] of cases) {
    const text = `config:\n  pki: p\n  role: r\n  ${line}\n` +
      (key === "client_cert" ? "  client_key: /etc/a.key\n" : "") + "certs: []\n";
    await assertDiagnostics(text, `f:4:${column} config.${key}: ${MESSAGE}`);
  }
  const certs = (line: string) => `config: {pki: p, role: r}\ncerts:\n  - name: a\n    ${line}\n`;
  await assertDiagnostics(
    certs("deploy: [{cert: /dev/shm/a.crt}]"),
    `f:4:21 certs[0].deploy[0].cert: ${MESSAGE}`,
  );
  await assertDiagnostics(
    certs("deploy: [{cert: /run/a.crt}, {privkey: /devices/a}]"),
  );
});
