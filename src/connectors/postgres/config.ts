import { placeOf, readLocation, type Config, type Env, type System } from '../_pg/config.ts';

const system: System = { scheme: 'postgres', port: 5432 };

export const parseLocation = (location: string, env: Env): unknown => readLocation(system, location, env);

/** Where the server is and which database is meant, for messages and identities: no user, no secret. */
export const identity = (config: Config): string => placeOf(system, config);
