/** What can be granted: levels that hold the lower ones, on one object or on a whole workspace. */

/**
 * `read`: see it, read from a connection, download a file, name a model or a schema in a flow. `write`: change and start it, and write into
 * a connection. `manage`: share and delete it, and change where a connection leads. `own`: give it away; an object has one owner, at first whoever made it.
 */
export const levels = ['read', 'write', 'manage', 'own'] as const;

export type Level = (typeof levels)[number];

/** 1 to 4, as it is stored; 0 = nothing is granted. */
export const rankOf = (level: Level | undefined): number => (level === undefined ? 0 : levels.indexOf(level) + 1);

export const levelOf = (rank: number): Level | undefined => levels[rank - 1];

export const holds = (have: Level | undefined, wanted: Level): boolean => rankOf(have) >= rankOf(wanted);

/** What can be granted one by one. Runs have the grants of their pipeline. */
export const objectKinds = ['connection', 'pipeline', 'model', 'schema', 'file'] as const;

export type ObjectKind = (typeof objectKinds)[number];
