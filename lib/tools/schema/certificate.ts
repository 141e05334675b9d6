import type { CertificateEntry } from "../../config/schema.ts";
import { ISSUING_DOCS, type IssuingKey } from "./issuing.ts";
import type { KeyDoc } from "./key_doc.ts";

/** Keys of an entry of `certs`. */
export const CERTIFICATE_DOCS: Readonly<Record<keyof CertificateEntry, KeyDoc>> = {
  name: {
    means: "Unique name, and the name of its directory in the store; wildcards too, such as " +
      "`*.apps.example.com`.",
    example: "web.example.com",
  },
  common_name: {
    means: "Common name, if it differs from `name`.",
    otherwise: "`name`",
    example: "web.example.com",
  },
  ...forOneCertificate(),
  dns_sans: { means: "Further DNS names.", example: ["api.example.com", "*.web.example.com"] },
  ip_sans: { means: "IP addresses.", example: ["10.1.1.20", "fd00::20"] },
  uri_sans: {
    means: "URIs, such as SPIFFE ids.",
    example: ["spiffe://example.com/web"],
  },
  email_sans: { means: "E-mail addresses.", example: ["ops@example.com"] },
  other_sans: {
    means: "Other names, with their object identifiers.",
    example: ["1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com"],
  },
  deploy: { means: "Files that services read.", example: [{ cert: "/etc/nginx/ssl/web.crt" }] },
  service: { means: "Services that read them.", example: [{ name: "nginx.service" }] },
};

/** The same keys as under `config`, which is their default. */
function forOneCertificate(): Record<IssuingKey, KeyDoc> {
  const docs = Object.entries(ISSUING_DOCS).map(([key, { means, example }]) => {
    return [key, { means, example, otherwise: "that of `config`" }];
  });
  return Object.fromEntries(docs);
}
