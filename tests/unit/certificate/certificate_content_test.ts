import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { looksLikeCertificateFile } from "../../../lib/certificate/certificate_content.ts";
import { decodePem } from "../../../lib/certificate/pem.ts";
import { encryptTarget } from "../../../lib/certificate/encrypted.ts";
import { type AlgorithmName, ALGORITHMS, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { bytesOf, desiredFor, makeSet, random } from "../../support/fixtures_encrypted.ts";
import { pureTest } from "../../support/pure_test.ts";

const looks = (content: string | Uint8Array) => looksLikeCertificateFile(bytesOf(content));

function requireAll(contents: Readonly<Record<string, string | Uint8Array>>, wanted: boolean) {
  for (const [name, content] of Object.entries(contents)) {
    assert.equal(looks(content), wanted, name);
  }
}

pureTest("a certificate file is known by its PEM label, whatever stands around it", () => {
  const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
  requireAll({
    certificate: block("CERTIFICATE"),
    trusted: block("TRUSTED CERTIFICATE"),
    request: block("CERTIFICATE REQUEST"),
    "PKCS #8": block("PRIVATE KEY"),
    encrypted: block("ENCRYPTED PRIVATE KEY"),
    RSA: block("RSA PRIVATE KEY"),
    EC: block("EC PARAMETERS") + block("EC PRIVATE KEY"),
    DH: block("DH PARAMETERS"),
    "PKCS #7": block("PKCS7"),
    "text of openssl x509 -text": `Certificate:\n    Data:\n${block("CERTIFICATE")}`,
    "CRLF and a byte order mark": `\ufeff${block("CERTIFICATE").replaceAll("\n", "\r\n")}`,
  }, true);
});

pureTest("DER, PKCS #12 and Java keystores are known by their first bytes", async () => {
  const set = await makeSet();
  const contents: Record<string, Uint8Array> = {
    "PKCS #12": bytesOf(encryptTarget(desiredFor(set, { what: "pkcs12" }), random)),
    "PKCS #12 of indefinite length": new Uint8Array([0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80]),
    JKS: new Uint8Array([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]),
    JCEKS: new Uint8Array([0xce, 0xce, 0xce, 0xce, 0, 0, 0, 2]),
  };
  for (const algorithm of Object.keys(ALGORITHMS) as AlgorithmName[]) {
    const { pem, pkcs8 } = await makeCertificatePem("web.example.com", { algorithm });
    contents[`${algorithm}: certificate`] = decodePem(pem);
    contents[`${algorithm}: key`] = decodePem(pkcs8);
    if (algorithm.startsWith("EC")) {
      const key = createPrivateKey(pkcs8);
      contents[`${algorithm}: SEC 1 key`] = key.export({ format: "der", type: "sec1" });
    }
  }
  requireAll(contents, true);
});

pureTest("a damaged certificate file is still one: cut, emptied, or filled with NUL", async () => {
  const { fullchain } = await makeSet();
  requireAll({
    empty: "",
    "only NUL bytes": new Uint8Array(4096),
    "cut in its first label": fullchain.slice(0, 17),
    "cut in the first line": fullchain.slice(0, 60),
    "cut in the middle": fullchain.slice(0, fullchain.length / 2),
    "a head of NUL bytes": fullchain.slice(40).replace(/^/, "\0".repeat(40)),
    "cut DER": decodePem(fullchain).slice(0, 20),
  }, true);
});

pureTest("what holds something else is none, also if it begins or reads much like one", () => {
  requireAll({
    passwd: "root:x:0:0:root:/root:/bin/bash\n",
    script: "#!/bin/sh\necho hi\n",
    ELF: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
    archive: new Uint8Array([0x1f, 0x8b, 8, 0]),
    "a digit": "0",
    "a crontab": "0 3 * * * root /usr/bin/backup\n",
    "a number": "000-default.conf 000000\n",
    "a text of bars": "------------\ntotals\n------------\n",
    "a comment on a label": "# -----BEGIN CERTIFICATE----- goes here\n",
    "an SSH host key":
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
    "an SSH public key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 root@host\n",
    "a PGP key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n",
    "NUL bytes and something": new Uint8Array([0, 0, 0, 0, 1]),
    "a blank line": "\n",
  }, false);
});
