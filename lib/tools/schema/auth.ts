import type { AuthEntry } from "../../config/schema.ts";
import type { KeyDoc } from "./note.ts";

/** Of what stands under `auth`. */
export const AUTH_DOCS: Readonly<Record<keyof AuthEntry, KeyDoc>> = {
  method: {
    means: "The auth method.",
    example: "approle",
  },
  mount: {
    means: "`approle`, `cert`, `jwt`: path of the auth method at the server.",
    otherwise: "the method's name",
    example: "approle-web",
  },
  role: {
    means: "`cert`, `jwt`: role to log in as.",
    otherwise: "the server's",
    example: "vcm",
  },
  role_id: {
    means: "`approle`: role id; `VAULT_ROLE_ID` comes first.",
    example: "5c2f7a9e-0000-0000-0000-000000000000",
  },
  secret_id: {
    means: "`approle`: secret id; `VAULT_SECRET_ID` comes first.",
    example: "81b3d0c4-0000-0000-0000-000000000000",
  },
  secret_id_file: {
    means: "`approle`: file that holds the secret id.",
    example: "/etc/vcm/secret-id",
  },
  wrapped_secret_id_file: {
    means: "`approle`: file that holds a wrapping token; what it unwraps to is kept in " +
      "`secret_id_file`, which is needed.",
    example: "/etc/vcm/wrapped-secret-id",
  },
  token_file: {
    means: "`token`: file that holds the token, which is needed.",
    example: "/etc/vcm/token",
  },
  jwt_file: {
    means: "`jwt`: file that holds the JWT.",
    otherwise: "the credential `vault_jwt`",
    example: "/etc/vcm/jwt",
  },
};
