/** Paths of the API at which a server tells what a token is and may. */

/** Vault API, Token, "Lookup a Token (Self)". The policy "default" allows it. */
export const LOOKUP_SELF = "auth/token/lookup-self";

/** Vault API, "Query token self capabilities". The policy "default" allows it. */
export const CAPABILITIES_SELF = "sys/capabilities-self";

/** All paths and limits of the token's policies. The policy "default" allows it. */
export const ALL_RIGHTS = "sys/internal/ui/resultant-acl";
