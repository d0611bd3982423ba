/** Environment and options → one frozen object that was checked as a whole: all mistakes at once. */
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { HeadgateError } from './domain/error.ts';
import { duration } from './domain/duration.ts';
import { parseHosts } from './domain/hook-request.ts';
import { instant } from './domain/interval.ts';
import { isZone } from './domain/zone.ts';
import { parseNetworks } from './net/addresses.ts';
import { levels } from './observe/log.ts';
import { unsafeSettings } from './safety.ts';
import { isDatabaseUrl } from './store/db.ts';
import { parseToken } from './operations/keys/key.ts';

const flag = z.union([z.boolean(), z.stringbool()]);

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
  /** Runs at the same time that use one connection, in all processes. */
  perConnection: z.coerce.number().int().min(1).max(1000).default(16),
  perWorkspace: z.coerce.number().int().min(1).max(10_000).default(64),
  /** Bytes from which on a table is read by all workers that are free, and by how many readers of one run at the same time. */
  spreadFrom: z.coerce
    .number()
    .int()
    .min(1)
    .default(4 * 2 ** 30),
  spreadReaders: z.coerce.number().int().min(1).max(1000).default(8),
  /** Where time stands still until it is moved; absent = real time. */
  testClock: instant.transform((text) => new Date(text)).optional(),
  /** Seconds that runs have to end when the process is asked to. */
  grace: z.coerce.number().int().min(0).max(3600).default(30),
  sample: z.boolean().default(true),
  /** PEM files of the address that the API listens on. */
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  insecureHttp: flag.default(false),
  /** Where clients reach us, when that is not where we listen. */
  publicUrl: z
    .string()
    .regex(/^https?:\/\/[^/?#@\s]+$/, 'an address without a path, like https://headgate.example.com')
    .optional(),
  /** Proxies whose word about the client's address counts. */
  trustedProxies: z
    .string()
    .refine((text) => parseNetworks(text) !== undefined, 'CIDRs with commas between them, like 10.0.0.0/8')
    .default(''),
  /** Requests per minute and key. */
  rateLimit: z.coerce.number().int().min(1).max(10_000_000).default(60_000),
  /** Headless imports: how many a key makes in a minute, and how often it asks for one; 0 = as often as it likes. */
  importCreates: z.coerce.number().int().min(0).max(1_000_000).default(0),
  importPolls: z.coerce.number().int().min(0).max(1_000_000).default(0),
  importLinkMinutes: z.coerce.number().int().min(1).max(2000).default(30),
  importDataBytes: z.coerce
    .number()
    .int()
    .min(1)
    .max(15 * 2 ** 20)
    .default(15 * 2 ** 20),
  importTrialRows: z.coerce.number().int().min(1).default(100),
  importPage: z.coerce.number().int().min(1).max(10_000).default(1000),
  importWindow: z.coerce.number().int().min(1).max(100_000).default(10_000),
  importUploadHours: z.coerce.number().int().min(1).max(8760).default(168),
  /** The mail server that notifications go by, and whom they come from. */
  smtpUrl: z
    .string()
    .regex(/^smtps?:\/\/[^\s]+$/, 'an address like smtp://user:password@host:587')
    .optional(),
  mailFrom: z.email().optional(),
  /** A run that has not ended so many hours after it was queued is reported. */
  stalledHours: z.coerce.number().min(0.001).max(8760).default(6),
  logLevel: z.enum(levels).default('info'),
  /** `auto`: text where people look at it, else one JSON object a line. */
  logFormat: z.enum(['auto', 'json', 'text']).default('auto'),
  /** How long things are kept, and how much of the disk they may take. */
  keepRunsDays: z.coerce.number().int().min(1).max(36_500).default(90),
  keepLogsDays: z.coerce.number().int().min(1).max(36_500).default(30),
  keepRejectsDays: z.coerce.number().int().min(1).max(36_500).default(30),
  keepEventsDays: z.coerce.number().int().min(4).max(36_500).default(30),
  keepAuditDays: z.coerce.number().int().min(90).max(36_500).default(730),
  /** How long the links to reviews are good. */
  reviewDays: z.coerce.number().int().min(1).max(3650).default(30),
  /** Whoever opens a review shows a key as well as its link. */
  reviewLogin: flag.default(false),
  /** Of schedules that name none, where their vocabulary allows that. */
  timeZone: z.string().refine(isZone, 'an IANA time zone such as Europe/Berlin').optional(),
  /** How long merges wait that somebody wants delayed. */
  mergeDelay: duration.default('3s'),
  diskBudget: z.coerce.number().int().min(1).optional(),
  /** Private networks that connections may lead to. */
  allowNetworks: z
    .string()
    .refine((text) => parseNetworks(text) !== undefined, 'CIDRs with commas between them, like 10.0.0.0/8,fd12::/16')
    .default(''),
  /** Hosts that hooks may ask with `fetch`. */
  hookHosts: z
    .string()
    .refine((text) => parseHosts(text) !== undefined, 'hosts with commas between them, like api.example.com,*.example.org:8443')
    .default(''),
  /** Folders whose files connections may name. */
  fileRoots: z
    .string()
    .transform((text) => text.split(',').map((folder) => folder.trim()))
    .pipe(z.array(z.string().refine(isAbsolute, 'absolute paths with commas between them')))
    .default([]),
  /** Bytes of one uploaded file, and of all those of a workspace. */
  fileLimit: z.coerce
    .number()
    .int()
    .min(1)
    .default(100 * 2 ** 30),
  filesLimit: z.coerce
    .number()
    .int()
    .min(1)
    .default(2 ** 40),
  /** Absent = uploaded files lie in the data directory. */
  s3Bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket')
    .optional(),
  s3Endpoint: z
    .string()
    .regex(/^https?:\/\/[^/?#@]+$/, 'an address like https://storage.example.com')
    .optional(),
  s3Region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'the name of a region')
    .default('us-east-1'),
  /** The bucket's name stands in the path; absent: with an endpoint of one's own, it does. */
  s3PathStyle: flag.optional(),
  s3Prefix: z
    .string()
    .regex(/^(?:[\w.-]+\/)*$/, 'empty, or names that each end in a slash')
    .default(''),
  s3AccessKey: z.string().min(1).optional(),
  s3SecretKey: z.string().min(1).optional(),
  /** Links for downloads lead to the storage itself. */
  s3Direct: flag.default(false),
});

/** Of object storage: what is given only counts beside a bucket. */
const bucketOnly = ['s3Endpoint', 's3Prefix', 's3AccessKey', 's3SecretKey'] as const;

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
  allowNetworks: 'HEADGATE_ALLOW_NETWORKS',
  fileRoots: 'HEADGATE_FILE_ROOTS',
  hookHosts: 'HEADGATE_HOOK_HOSTS',
  tlsCert: 'HEADGATE_TLS_CERT',
  tlsKey: 'HEADGATE_TLS_KEY',
  insecureHttp: 'HEADGATE_INSECURE_HTTP',
  publicUrl: 'HEADGATE_PUBLIC_URL',
  trustedProxies: 'HEADGATE_TRUSTED_PROXIES',
  smtpUrl: 'HEADGATE_SMTP_URL',
  mailFrom: 'HEADGATE_MAIL_FROM',
  stalledHours: 'HEADGATE_STALLED_HOURS',
  logLevel: 'HEADGATE_LOG_LEVEL',
  logFormat: 'HEADGATE_LOG_FORMAT',
  keepRunsDays: 'HEADGATE_KEEP_RUNS_DAYS',
  keepLogsDays: 'HEADGATE_KEEP_LOGS_DAYS',
  keepRejectsDays: 'HEADGATE_KEEP_REJECTS_DAYS',
  keepEventsDays: 'HEADGATE_KEEP_EVENTS_DAYS',
  keepAuditDays: 'HEADGATE_KEEP_AUDIT_DAYS',
  reviewDays: 'HEADGATE_REVIEW_DAYS',
  reviewLogin: 'HEADGATE_REVIEW_LOGIN',
  timeZone: 'HEADGATE_TIME_ZONE',
  mergeDelay: 'HEADGATE_MERGE_DELAY',
  diskBudget: 'HEADGATE_DISK_BUDGET',
  rateLimit: 'HEADGATE_RATE_LIMIT',
  importCreates: 'HEADGATE_IMPORT_CREATES',
  importPolls: 'HEADGATE_IMPORT_POLLS',
  importLinkMinutes: 'HEADGATE_IMPORT_LINK_MINUTES',
  importDataBytes: 'HEADGATE_IMPORT_DATA_BYTES',
  importTrialRows: 'HEADGATE_IMPORT_TRIAL_ROWS',
  importPage: 'HEADGATE_IMPORT_PAGE',
  importWindow: 'HEADGATE_IMPORT_WINDOW',
  importUploadHours: 'HEADGATE_IMPORT_UPLOAD_HOURS',
  perConnection: 'HEADGATE_RUNS_PER_CONNECTION',
  perWorkspace: 'HEADGATE_RUNS_PER_WORKSPACE',
  spreadFrom: 'HEADGATE_SPREAD_FROM',
  spreadReaders: 'HEADGATE_SPREAD_READERS',
  fileLimit: 'HEADGATE_FILE_LIMIT',
  filesLimit: 'HEADGATE_FILES_LIMIT',
  s3Bucket: 'HEADGATE_S3_BUCKET',
  s3Endpoint: 'HEADGATE_S3_ENDPOINT',
  s3Region: 'HEADGATE_S3_REGION',
  s3PathStyle: 'HEADGATE_S3_PATH_STYLE',
  s3Prefix: 'HEADGATE_S3_PREFIX',
  s3AccessKey: 'HEADGATE_S3_ACCESS_KEY',
  s3SecretKey: 'HEADGATE_S3_SECRET_KEY',
  s3Direct: 'HEADGATE_S3_DIRECT',
} as const;

type Env = Readonly<Record<string, string | undefined>>;

/** Options win over the environment. Throws `config.invalid` with every mistake, and no value. */
export function readConfig(env: Env, options: Readonly<Record<string, string | boolean | undefined>>): Config {
  const fromEnv = Object.entries(variables).map(([name, variable]) => [name, env[variable] || undefined] as const);
  const given = [...fromEnv, ...Object.entries(options)].filter(([, value]) => value !== undefined);
  const parsed = settings.safeParse(Object.fromEntries(given));
  if (parsed.success) {
    const halves = [...halfMail(parsed.data), ...halfStorage(parsed.data)];
    const unsafe = [...unsafeSettings(parsed.data), ...unsafeRoots(parsed.data), ...halves];
    if (unsafe.length === 0) return Object.freeze(parsed.data);
    throw new HeadgateError('config.invalid', `refusing to start: ${unsafe.join('; ')}`);
  }
  const spelled: Readonly<Record<string, string>> = variables;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    return `${spelled[name] ?? optionOf(name)}: ${message}`;
  });
  throw new HeadgateError('config.invalid', `reading the settings: ${problems.join('; ')}`);
}

/** The data directory holds the master key: a folder that connections read must not be around it, nor inside. */
function unsafeRoots({ fileRoots, dataDir }: Config): readonly string[] {
  const inside = (path: string, folder: string): boolean => `${path}/`.startsWith(folder === '/' ? '/' : `${folder}/`);
  return fileRoots
    .filter((root) => inside(dataDir, resolve(root)) || inside(resolve(root), dataDir))
    .map((root) => `HEADGATE_FILE_ROOTS: ${root} overlaps the data directory`);
}

/** A bucket needs a key to it; and without one, what is said of it would be ignored in silence. */
function halfStorage(config: Config): readonly string[] {
  const { s3Bucket, s3AccessKey, s3SecretKey } = config;
  if (s3Bucket === undefined) {
    const given = bucketOnly.filter((name) => config[name] !== undefined && config[name] !== '');
    return given.map((name) => `${variables[name]}: there is no HEADGATE_S3_BUCKET`);
  }
  if (s3AccessKey !== undefined && s3SecretKey !== undefined) return [];
  return ['HEADGATE_S3_BUCKET: HEADGATE_S3_ACCESS_KEY and HEADGATE_S3_SECRET_KEY come with it'];
}

function halfMail({ smtpUrl, mailFrom }: Config): readonly string[] {
  return (smtpUrl === undefined) === (mailFrom === undefined)
    ? []
    : ['HEADGATE_SMTP_URL: it comes together with HEADGATE_MAIL_FROM'];
}

const optionOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
