/** The address of the server, as people type it or copy it from a browser. Pure. */
import * as places from "../../config/scalars/places.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";

/** The part of a URL before the path of the web UI. */
const BEFORE_UI = /^([a-z]+:\/\/[^/?#]+(?:\/[^?#]*?)?)\/ui(?:[/?#].*)?$/i;

/** Accepts what a configuration accepts without further keys. */
export function readAddress(text: string): string | InvalidValue {
  const url = /^[a-z]+:\//i.test(text) ? text : `https://${text}`;
  const address = places.address.read(BEFORE_UI.exec(url)?.[1] ?? url);
  if (address instanceof InvalidValue || places.isGuarded(address)) return address;
  return new InvalidValue('sends tokens and keys unencrypted; use "https://"');
}
