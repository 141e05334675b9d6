/** A directory with a configuration, a store and a deployed file, all in order; needs read and write. */
import { makeAuthority, makeCertificatePem } from "./fixtures_pki.ts";

export interface Site extends AsyncDisposable {
  readonly directory: string;
  readonly config: string;
  /** Writes another configuration. */
  configure(text: string): Promise<void>;
  /** Path of a file in the directory. */
  path(name: string): string;
}

/** A directory of its own for a configuration. */
export async function makeSite(text = ""): Promise<Site> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-site-" });
  const config = `${directory}/vcm.yaml`;
  const site: Site = {
    directory,
    config,
    configure: (text) =>
      Deno.writeTextFile(config, text.replaceAll("FOLDER", directory), { mode: 0o600 }),
    path: (name) => `${directory}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
  await site.configure(text);
  return site;
}

const CONFIG = `config:
  pki: pki
  role: web
  cert_store: FOLDER/store
  renew: 14d
certs:
  - name: web.example.com
    deploy:
      - cert: FOLDER/web.crt
        mode: "0644"
`;

/** One certificate, valid from 2026-11-01 to 2027-01-30, whose one target is in order. */
export async function makeSiteInOrder(): Promise<Site> {
  const site = await makeSite(CONFIG);
  const issuer = await makeAuthority("Example CA");
  const name = "web.example.com";
  const { pem, pkcs8 } = await makeCertificatePem(name, {
    issuer,
    names: [{ type: "dns", value: name }],
  });
  const set = site.path(`store/${name}`);
  await Deno.mkdir(set, { recursive: true, mode: 0o700 });
  for (
    const [file, text] of Object.entries({ cert: pem, fullchain: pem, chain: "", privkey: pkcs8 })
  ) {
    await Deno.writeTextFile(`${set}/${file}.pem`, text, { mode: 0o600 });
  }
  await Deno.writeTextFile(site.path("web.crt"), pem);
  await Deno.chmod(site.path("web.crt"), 0o644);
  return site;
}
