/** Result of a service's action. */
export type ActionResult =
  | { readonly kind: "done" }
  /** It is not running, and its action does not start it: it loads the files when it starts. */
  | { readonly kind: "not-active"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export const DONE: ActionResult = { kind: "done" };

export const NOT_RUNNING: ActionResult = {
  kind: "not-active",
  message: "it is not running; it loads the new files when it starts",
};

export function failed(message: string): ActionResult {
  return { kind: "failed", message };
}
