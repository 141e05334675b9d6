/**
 * The types of lib/report/documents/ are those of what is printed: lib/report/json.ts does not
 * compile if they ask for more, and this file does not if they leave something out or permit more.
 */
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import type { Rights } from "../../../lib/apply/permissions.ts";
import type { Diagnostic } from "../../../lib/config/diagnostic.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import type { CheckResult } from "../../../lib/report/check_result.ts";
import type { Documents } from "../../../lib/report/documents/documents.ts";
import type { Outcome } from "../../../lib/report/outcome.ts";
import type { Standing } from "../../../lib/report/verdict.ts";
import { pureTest } from "../../support/pure_test.ts";

/** With all keys that may be absent, at any depth, and without those that never have a value. */
type Complete<T> = T extends Date | readonly unknown[]
  ? T extends readonly (infer Item)[] ? readonly Complete<Item>[] : T
  : {
    [K in keyof T as [Exclude<T[K], undefined>] extends [never] ? never : K]-?: Complete<
      Exclude<T[K], undefined>
    >;
  };

/** Does not compile if the public type lacks a key of the internal one, or permits more values. */
function covers<_Public extends Internal, Internal>(): void {}

interface ErrorData {
  readonly message: string;
  readonly problems?: readonly Diagnostic[];
}

interface Example {
  readonly name: "a" | "b";
  readonly size?: number;
}

pureTest("the documents have all that the internal types have, and permit nothing else", () => {
  covers<Complete<Documents["plan"]>, Complete<Plan & { readonly permissions?: Rights }>>();
  covers<Complete<Documents["check"]>, Complete<Plan & { readonly standing: Standing }>>();
  covers<Complete<Documents["run"]>, Complete<Plan>>();
  covers<Complete<Documents["run"]["events"]>, Complete<readonly ApplyEvent[]>>();
  covers<Complete<Documents["run"]["outcome"]>, Complete<Outcome>>();
  covers<Complete<Documents["doctor"]["results"]>, Complete<readonly CheckResult[]>>();
  covers<Complete<Documents["error"]["error"]>, Complete<ErrorData>>();

  covers<Complete<{ name: "a"; size?: number | undefined }>, Complete<Example>>();
  // @ts-expect-error: a key that may be absent is missing
  covers<Complete<{ name: "a" | "b" }>, Complete<Example>>();
  // @ts-expect-error: a word is too many
  covers<Complete<{ name: "a" | "c"; size?: number }>, Complete<Example>>();
});
