/** One certificate whose files OpenSSL, Python's ssl and HAProxy load; the compiled VCM and OpenBao. */
import { countIssued } from "../support/issued.ts";
import { startOpenBao } from "../support/openbao.ts";
import { pathOfPart } from "../support/parts.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { runVcm } from "../support/vcm.ts";

export const NAME = "web.e2e.test";

export interface LoadSite extends AsyncDisposable {
  readonly directory: Directory;
  /** Path of a file of the stored set. */
  stored(part: string): string;
  vcm(...args: readonly string[]): ReturnType<typeof runVcm>;
  /** Writes vcm.yaml with entries of `deploy`, or with `more` instead; `SSL` is the directory of targets. */
  configure(targets: readonly string[], more?: string): void;
  issued(): Promise<number>;
}

export const PEM_TARGETS = [
  'cert: "SSL/cert.pem"',
  'chain: "SSL/chain.pem"',
  'fullchain: "SSL/full.pem"',
  'privkey: "SSL/key.pem"',
  'combined: "SSL/combined.pem"',
  'ca: "SSL/ca.pem"',
];

/** @param role "web": EC keys, "rsa": RSA keys. */
export async function startLoadSite(role = "web"): Promise<LoadSite> {
  const bao = await startOpenBao({});
  const login = await setUpPki(bao);
  const directory = makeDirectory();
  Deno.mkdirSync(directory.at("ssl"));
  const site: LoadSite = {
    directory,
    stored: (part) => directory.at(`store/${NAME}/${part}.pem`),
    vcm: (...args) => runVcm([...args, "--config", directory.at("vcm.yaml")]),
    configure(targets, more = "") {
      const entries = targets.map((one) =>
        `      - {${one.replaceAll("SSL", directory.at("ssl"))}}\n`
      );
      const deploy = targets.length === 0 ? "" : `    deploy:\n${entries.join("")}`;
      directory.write(
        "vcm.yaml",
        `config:
  vault: "${bao.address}"
  vault_role_id: "${login.roleId}"
  vault_secret_id: "${login.secretId}"
  pki: "pki"
  role: "${role}"
  ttl: "60d"
  cert_store: "${directory.at("store")}"
certs:
  - name: "${NAME}"
${deploy}${more}`,
      );
    },
    issued: () => countIssued(bao),
    async [Symbol.asyncDispose]() {
      await bao.close();
      directory[Symbol.dispose]();
    },
  };
  site.configure(PEM_TARGETS);
  return site;
}

/** Loads all that `PEM_TARGETS` deploys; returns what a program refused, or an empty text. */
export async function loadAll({ directory }: LoadSite): Promise<string> {
  const haproxy = await pathOfPart("haproxy");
  const lib = ["x86_64", "aarch64"].map((cpu) => `${haproxy}/usr/lib/${cpu}-linux-gnu`);
  directory.write(
    "haproxy.cfg",
    `frontend web
  mode http
  timeout client 5s
  bind 127.0.0.1:65001 ssl crt ${directory.at("ssl/combined.pem")}
`,
  );
  directory.write(
    "load.sh",
    `cd "$1" || exit 1
count() { openssl crl2pkcs7 -nocrl -certfile $1 | openssl pkcs7 -print_certs -noout | grep -c ^subject; }
openssl x509 -noout -in cert.pem && openssl pkey -noout -in key.pem &&
test "$(count full.pem)" = 2 && test "$(count chain.pem)" = 1 && test "$(count combined.pem)" = 2 &&
openssl verify -CAfile ca.pem -untrusted chain.pem cert.pem >/dev/null && python3 -c '
import ssl
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain("full.pem", "key.pem")
server.load_cert_chain("combined.pem")
ssl.create_default_context(cafile="ca.pem")
' && LD_LIBRARY_PATH="$2" "$3" -c -q -f ../haproxy.cfg
`,
  );
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      directory.at("load.sh"),
      directory.at("ssl"),
      lib.join(":"),
      `${haproxy}/usr/sbin/haproxy`,
    ],
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return success ? "" : `refused: ${said}`;
}
