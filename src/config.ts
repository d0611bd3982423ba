/** Environment and options → one frozen object that was checked as a whole: all mistakes at once. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { HeadgateError } from './domain/error.ts';
import { instant } from './domain/interval.ts';
import { isDatabaseUrl } from './store/db.ts';
import { parseToken } from './operations/keys/key.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const settings = z
  .strictObject({
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
    /** Runs at the same time that use one connection, in all processes. */
    perConnection: z.coerce.number().int().min(1).max(1000).default(16),
    perWorkspace: z.coerce.number().int().min(1).max(10_000).default(64),
    /** Where time stands still until it is moved; absent = real time. */
    testClock: instant.transform((text) => new Date(text)).optional(),
    /** Seconds that runs have to end when the process is asked to. */
    grace: z.coerce.number().int().min(0).max(3600).default(30),
    sample: z.boolean().default(true),
  })
  .refine(({ testClock, host }) => testClock === undefined || loopback.test(host), {
    error: 'only on a loopback address',
    path: ['testClock'],
  })
  .refine(({ testClock, role }) => testClock === undefined || role === 'all', {
    error: 'only where one process does everything: --role all',
    path: ['testClock'],
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
  perConnection: 'HEADGATE_RUNS_PER_CONNECTION',
  perWorkspace: 'HEADGATE_RUNS_PER_WORKSPACE',
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
    return `${spelled[name] ?? optionOf(name)}: ${message}`;
  });
  throw new HeadgateError('config.invalid', `reading the settings: ${problems.join('; ')}`);
}

const optionOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
