import type { Log } from '../sdk/index.ts';

/** For short questions whose answer says everything. */
export const silent: Log = { info: () => undefined, warn: () => undefined };
