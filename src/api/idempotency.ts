/** A POST with an `Idempotency-Key` is carried out once: who asks again gets the first answer, for a day. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import { parsedAsSent } from '../domain/exact-json.ts';
import { canonicalJson, type Json } from '../domain/json.ts';
import type { OpContext } from '../operations/operation.ts';
import type { Answer, Incoming } from './dialect.ts';

interface Row {
  readonly request_hash: Buffer;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; null = no byte at all. */
  readonly reply: string | null;
}

/** Throws `request.conflict` for the same key on another request, `request.busy` while the first one is at work. */
export async function idempotently(
  { db, clock, actor, workspace }: OpContext,
  route: string,
  key: string,
  request: Incoming,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new HeadgateError('request.invalid', 'Idempotency-Key: 1 to 255 visible characters');
  const scope = `${actor.id}/${workspace}`;
  const { params, url } = request;
  // The body was parsed from JSON, or from a form. Other digits are another request.
  const body = ((await request.fields(parsedAsSent)) ?? null) as Json;
  const hash = createHash('sha256')
    .update(canonicalJson({ route, params, query: url.search, body }))
    .digest();
  const mine = await db.query(
    `insert into headgate.idempotency (scope, key, request_hash, created_at) values ($1, $2, $3, $4)
     on conflict (scope, key) do update set request_hash = $3, status = null, reply = null, created_at = $4
       where headgate.idempotency.created_at < $4 - interval '24 hours' returning key`,
    [scope, key, hash, clock.now()],
  );
  if (mine.length === 0) return await earlier();
  await forget(db, clock.now());
  try {
    const answer = await handle();
    if (answer.body instanceof ReadableStream) {
      // Nobody keeps a stream: who asks again gets another one.
      await db.query('delete from headgate.idempotency where scope = $1 and key = $2', [scope, key]);
      return answer;
    }
    await db.query('update headgate.idempotency set status = $3, headers = $4, reply = $5 where scope = $1 and key = $2', [
      scope,
      key,
      answer.status,
      answer.headers ?? {},
      answer.body === undefined ? null : JSON.stringify(answer.body),
    ]);
    return answer;
  } catch (error) {
    // What failed may be asked for again.
    await db.query('delete from headgate.idempotency where scope = $1 and key = $2', [scope, key]);
    throw error;
  }

  async function earlier(): Promise<Answer> {
    const [row] = await db.query<Row>(
      'select request_hash, status, headers, reply from headgate.idempotency where scope = $1 and key = $2',
      [scope, key],
    );
    if (!row || row.status === null) throw new HeadgateError('request.busy', 'the first request with this key is at work');
    if (!row.request_hash.equals(hash)) {
      throw new HeadgateError('request.conflict', 'this idempotency key belongs to another request');
    }
    const headers = { ...row.headers, 'idempotent-replayed': 'true' };
    return { status: row.status, headers, body: row.reply === null ? undefined : parsedAsSent(row.reply) };
  }
}

/** What is older than a day, a few at a time: the table grows no faster than it is emptied. */
async function forget(db: OpContext['db'], now: Date): Promise<void> {
  await db.query(
    `delete from headgate.idempotency where ctid = any(array(
       select ctid from headgate.idempotency where created_at < $1::timestamptz - interval '24 hours' order by created_at limit 20
       for update skip locked))`,
    [now],
  );
}
