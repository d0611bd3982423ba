/** Environment and options → one frozen object that was checked as a whole: all mistakes at once. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { HeadgateError } from './domain/error.ts';
import { isDatabaseUrl } from './store/db.ts';
import { parseToken } from './operations/keys/key.ts';

const settings = z.strictObject({
  role: z.enum(['all', 'api', 'worker']).default('all'),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65535).default(8080),
  dataDir: z
    .string()
    .min(1)
    .default('.headgate')
    .transform((path) => resolve(path)),
  /** Absent = the server that comes with the package. */
  databaseUrl: z.string().refine(isDatabaseUrl, 'an address like postgres://user:password@host/database').optional(),
  masterKey: z.string().min(32, 'at least 32 characters').optional(),
  adminKey: z
    .string()
    .refine((token) => parseToken(token) !== undefined, 'hg_<id>_<secret> with a secret of 32 characters or more')
    .optional(),
  /** Runs at the same time in this process. */
  concurrency: z.coerce.number().int().min(1).max(1000).default(4),
  /** Seconds that runs have to end when the process is asked to. */
  grace: z.coerce.number().int().min(0).max(3600).default(30),
  sample: z.boolean().default(true),
});

export type Config = Readonly<z.output<typeof settings>>;

/** Environment variables, by setting. */
const variables = {
  role: 'HEADGATE_ROLE',
  host: 'HEADGATE_HOST',
  port: 'HEADGATE_PORT',
  dataDir: 'HEADGATE_DATA_DIR',
  databaseUrl: 'DATABASE_URL',
  masterKey: 'HEADGATE_MASTER_KEY',
  adminKey: 'HEADGATE_ADMIN_KEY',
  concurrency: 'HEADGATE_CONCURRENCY',
  grace: 'HEADGATE_GRACE',
} as const;

type Env = Readonly<Record<string, string | undefined>>;

/** Options win over the environment. Throws `config.invalid` with every mistake, and no value. */
export function readConfig(env: Env, options: Readonly<Record<string, string | boolean | undefined>>): Config {
  const fromEnv = Object.entries(variables).map(([name, variable]) => [name, env[variable] || undefined] as const);
  const given = [...fromEnv, ...Object.entries(options)].filter(([, value]) => value !== undefined);
  const parsed = settings.safeParse(Object.fromEntries(given));
  if (parsed.success) return Object.freeze(parsed.data);
  const spelled: Readonly<Record<string, string>> = variables;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    return `${spelled[name] ?? name}: ${message}`;
  });
  throw new HeadgateError('config.invalid', `reading the settings: ${problems.join('; ')}`);
}
