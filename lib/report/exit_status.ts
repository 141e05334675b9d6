/** The exit statuses. They are apart from what decides on them, which `vcm --version` does not load. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** Usage or configuration. */
export const EXIT_USAGE = 2;
/** With `--detailed-exitcode`: something was or would be changed, and nothing failed. */
export const EXIT_CHANGED = 10;
/** Another run holds the lock: EX_TEMPFAIL of sysexits(3). */
export const EXIT_LOCKED = 75;
/** `vcm check` cannot tell the status: UNKNOWN of monitoring plugins. */
export const EXIT_UNKNOWN = 3;
