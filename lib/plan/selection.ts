/** Which kinds of steps a command takes, and whether it takes them though not due. */
export interface Selection {
  readonly issue: boolean;
  readonly deploy: boolean;
  readonly services: boolean;
  readonly force: boolean;
}

/** What `vcm run` does. */
export const EVERYTHING: Selection = { issue: true, deploy: true, services: true, force: false };
