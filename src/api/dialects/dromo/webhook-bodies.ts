/** What is told of an import: all of it that a client sees, but for links that let anybody in. */
import { createHmac } from 'node:crypto';
import type { Posted } from '../../../operations/notifications/form.ts';
import type { RouteContext } from '../../dialect.ts';
import { describeImport, moment } from './import-view.ts';
import { findStoredImport, type StoredImport } from './imports-stored.ts';
import { toldUser } from './metadata.ts';
import { isTrial, standingOf } from './status.ts';

export const managedForm = 'imports';
export const basicForm = 'imports-basic';

/** Seconds between attempts: a day in all. */
export const waits = [5, 60, 300, 1800, 5400, 10_800, 18_000, 21_600, 28_400] as const;

export const eventNames = {
  'import.completed': 'import_completed',
  'import.needs_review': 'headless_import_needs_review',
  'import.failed': 'headless_import_failed',
} as const;

export type ToldKind = keyof typeof eventNames;
export const toldKinds = Object.keys(eventNames) as ToldKind[]; // of an object with these keys

const isTold = (kind: string): kind is ToldKind => Object.hasOwn(eventNames, kind);

interface Happened {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
}

/** Undefined where the import is gone. */
export async function managedBody(context: RouteContext, event: Happened): Promise<Posted | undefined> {
  const found = await importOf(context, event);
  if (!found || !isTold(event.kind)) return undefined;
  const { findings, status, rows } = await standingOf(context, found);
  const { id, createdAt, data } = found;
  const user = (findings && toldUser(findings)) ?? data.user;
  const { id: userId, name, email, companyId: company_id, companyName: company_name } = user ?? { id: undefined };
  const body = {
    event: eventNames[event.kind],
    data: {
      id,
      filename: data.filename,
      user: user && { id: userId, name, email, company_id, company_name },
      created_date: moment(createdAt),
      import_type: 'HEADLESS',
      status,
      num_data_rows: findings?.counts.rows ?? 0,
      development_mode: isTrial(data, findings),
      has_data: rows !== undefined,
      headless: await describeImport(context, found),
    },
  };
  return composed(event, JSON.stringify(body), 'application/json');
}

/** One key, as a form. */
export async function basicBody(context: RouteContext, event: Happened): Promise<Posted | undefined> {
  const found = await importOf(context, event);
  return found && composed(event, new URLSearchParams({ uploadId: found.id }).toString(), 'application/x-www-form-urlencoded');
}

async function importOf(context: RouteContext, { body }: Happened): Promise<StoredImport | undefined> {
  const { data } = JSON.parse(body) as { readonly data: { readonly import: unknown } }; // as it was told
  return await findStoredImport(context, String(data.import));
}

function composed({ id }: Happened, body: string, type: string): Posted {
  return {
    body,
    type,
    headers(secrets, at) {
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const sign = (secret: string): string => createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
      const signature = secrets.map((secret) => `v1=${sign(secret)}`).join(',');
      return { 'x-webhook-id': id, 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature };
    },
  };
}
