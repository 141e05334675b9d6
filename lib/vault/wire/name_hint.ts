/** What to do if a role does not allow a name. The server names the name and no cause. */

/** @param rolePath Such as `pki/roles/web`; `undefined` if the path of the request has none. */
export function nameHint(said: string, rolePath: string | undefined): string | undefined {
  if (/unless "require_cn" is set to false/.test(said)) {
    const fix = rolePath === undefined ? "" : ` (bao patch ${rolePath} require_cn=false)`;
    return `the role must have require_cn=false${fix}; or set "common_name"`;
  }
  const name = /(?:name|address) (.+) not allowed by this role/.exec(said)?.[1];
  if (name === undefined) return undefined;
  const parts = name.split("@");
  if (parts.length > 2) return 'it has more than one "@": no role allows it; use another name';
  const host = parts.at(-1) ?? "";
  // With a character, a hyphen at an end of a label, or a label, that a host name cannot have.
  if (/[^\w.*-]|_|(?:^|\.)-|-(?:\.|$)|(?:^|\.)\.|[^.]{64}/.test(host)) {
    return "it is not a host name: the role must have enforce_hostnames=false, and allow it by " +
      "allow_any_name or allowed_domains; or use another name";
  }
  if (/\..*\*|\*.*\*/.test(host)) {
    return 'no server allows a "*" outside of the first label, or two of them; use another name';
  }
  const kind = host.includes("*")
    ? "allow_wildcard_certificates=true, and its domain in allowed_domains with " +
      "allow_subdomains=true or allow_glob_domains=true"
    : "its domain in allowed_domains, with allow_bare_domains=true for the domain itself and " +
      "allow_subdomains=true for a name below it";
  const see = rolePath === undefined ? "" : ` (bao read ${rolePath})`;
  return `the role must have ${kind}${see}; or use another name`;
}
