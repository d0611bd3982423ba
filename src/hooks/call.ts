/** A call out of the interpreter, and who does it (see outside.ts). */

/** The arguments: texts, and lists of texts. */
export type Call = readonly (string | readonly string[])[];

export type Made = (call: Call) => unknown;
