/** The warehouses of this vocabulary: what their settings are called here and by our connectors. Facts as data. */
import { z, type ZodObject } from 'zod';
import type { Json } from '../../../domain/json.ts';
import { own } from '../../../domain/own.ts';

export type Config = Readonly<Record<string, Json | undefined>>;

export interface Provider {
  /** In the order in which they are answered. */
  readonly config: ZodObject;
  readonly secrets: readonly string[];
  /** Absent = it is kept, and cannot become active. */
  readonly connector?: string;
  /** For that connector; secrets are among them where they are known. */
  settings?(config: Config): Config;
}

const text = z.string().min(1).max(2000);
const secret = z.string().min(1).max(20_000);
const port = (usual: string) =>
  z
    .union([z.string().regex(/^\d{1,5}$/, 'a port'), z.number().int().min(1).max(65_535)])
    .default(usual)
    .transform(String);

/** Made by the server where there is one; ours makes none. */
const made = z
  .string()
  .max(2000)
  .nullish()
  .transform((value) => value ?? null);

const network = (usual: string) =>
  z.object({ database: text, host: text, port: port(usual), user: text, password: secret, sslmode: text.optional() });

const dialled = ({ database, host, port: number, user, password, sslmode }: Config): Config => ({
  database,
  host,
  port: number,
  user,
  ...(password !== undefined && { password }),
  ...(sslmode !== undefined && { sslmode }),
});

export const providers: Readonly<Record<string, Provider>> = {
  Snowflake: {
    config: z.object({
      account_identifier: text,
      region: z
        .string()
        .regex(/^[^\s.]+(\.[^\s.]+)?$/, '<region> or <region>.<cloud>')
        .max(200),
      warehouse: text,
      database: text,
      role: text,
      user: text,
      password: secret,
      storage_integration: text,
      aws_iam_user_arn: made,
      aws_external_id: made,
    }),
    secrets: ['password'],
  },
  BigQuery: {
    config: z.object({
      region: text,
      project_id: text,
      dataset_id: text,
      service_account_id: text,
      service_account_key: secret,
    }),
    secrets: ['service_account_key'],
  },
  Redshift: {
    config: z.object({
      database: text,
      host: text,
      port: port('5439'),
      user: text,
      password: secret,
      aws_iam_role_arn: text,
    }),
    secrets: ['password'],
    connector: 'redshift',
    settings: dialled,
  },
  Databricks: { config: z.object({ provider: text, schema: text }), secrets: [] },
  // Ours, in the same form.
  Postgres: { config: network('5432'), secrets: ['password'], connector: 'postgres', settings: dialled },
  MySQL: { config: network('3306'), secrets: ['password'], connector: 'mysql', settings: dialled },
  DuckDB: { config: z.object({ path: text }), secrets: [], connector: 'duckdb', settings: ({ path }) => ({ path }) },
};

export const providerNames = Object.keys(providers);

/** Of a name that was checked. */
export function providerOf(name: string): Provider {
  const found = own(providers, name);
  if (!found) throw new Error(`there is no provider ${name}`);
  return found;
}
