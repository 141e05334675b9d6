/** The version of this program; it stands only here. */
export const VERSION = "0.1.0";
