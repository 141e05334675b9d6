/** Shapes of reasons: why something is to be done, and why it waits. */
import {
  type Difference,
  type Drift,
  type Due,
  DUE_REASONS,
  type PendingReason,
  type Wait,
} from "../../../plan/types.ts";
import { always, either, FLAG, map, maybe, named, TEXT, TEXTS, TIME, words } from "./shape.ts";

export const DUE = named(
  "due",
  "Why a certificate is to be issued.",
  map<Due>({
    reason: always("The reason.", words(DUE_REASONS)),
    detail: always("The same as a sentence, for people.", TEXT),
  }),
);

export const PENDING = named(
  "pending",
  "Why a service has to act.",
  map<PendingReason>({
    reason: always("The reason.", words(["deployed", "pending", "forced"])),
    detail: always("The same as a sentence, for people.", TEXT),
  }),
);

export const WAIT = named(
  "wait",
  "Something due that waits for a maintenance window.",
  map<Wait>({
    until: always("When its window opens.", TIME),
    late: always("Whether a window has gone by in which it was not done, or failed.", FLAG),
    detail: always("Why it waits, for people.", TEXT),
  }),
);

type DriftOf<K extends Difference["kind"]> = Extract<Drift, { readonly kind: K }>;

const files = maybe(
  "The files of a bundle that it is about; absent: the target as a whole.",
  TEXTS,
);

export const DRIFT = named(
  "drift",
  "A difference between a target and what the file asks for.",
  either(
    map<DriftOf<"missing">>({ kind: always("There is none.", words(["missing"])), files }),
    map<DriftOf<"not-a-file">>({
      kind: always("Something else is there.", words(["not-a-file"])),
      found: always("What is there.", words(["symlink", "directory", "other"])),
      files,
    }),
    map<DriftOf<"content">>({
      kind: always("It holds something else.", words(["content"])),
      from: maybe("Which certificate it holds, for people.", TEXT),
      to: maybe("Which one belongs in it, for people.", TEXT),
      detail: maybe("What else is known of it, for people.", TEXT),
      files,
    }),
    map<DriftOf<"renewed">>({
      kind: always("Its certificate is issued.", words(["renewed"])),
      files,
    }),
    map<DriftOf<"forced">>({ kind: always("It was asked for.", words(["forced"])), files }),
    map<DriftOf<"pending-validation">>({
      kind: always(
        "A run was interrupted before services validated it.",
        words(["pending-validation"]),
      ),
      files,
    }),
    map<DriftOf<"owner">>({
      kind: always("It belongs to another user.", words(["owner"])),
      from: always("The owner.", TEXT),
      to: always("The owner that it is to have.", TEXT),
      files,
    }),
    map<DriftOf<"group">>({
      kind: always("It belongs to another group.", words(["group"])),
      from: always("The group.", TEXT),
      to: always("The group that it is to have.", TEXT),
      files,
    }),
    map<DriftOf<"mode">>({
      kind: always("It has another mode.", words(["mode"])),
      from: always("The mode, in octal.", TEXT),
      to: always("The mode that it is to have, in octal.", TEXT),
      files,
    }),
  ),
);
