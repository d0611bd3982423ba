/** A POST with an `Idempotency-Key` is carried out once: who asks again gets the first answer, for a day. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import { canonicalJson, type Json } from '../domain/json.ts';
import type { OpContext } from '../operations/operation.ts';
import type { Answer, ApiRequest } from './dialect.ts';

interface Row {
  readonly request_hash: Buffer;
  readonly status: number | null;
  readonly reply: Json;
}

/** Throws `request.conflict` for the same key on another request, `request.busy` while the first one is at work. */
export async function idempotently(
  { db, clock, actor, workspace }: OpContext,
  route: string,
  key: string,
  { params, query, body }: ApiRequest,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new HeadgateError('request.invalid', 'Idempotency-Key: 1 to 255 visible characters');
  const scope = `${actor.id}/${workspace}`;
  // The body was parsed from JSON.
  const request = canonicalJson({ route, params, query, body: (body ?? null) as Json });
  const hash = createHash('sha256').update(request).digest();
  const mine = await db.query(
    `insert into headgate.idempotency (scope, key, request_hash, created_at) values ($1, $2, $3, $4)
     on conflict (scope, key) do update set request_hash = $3, status = null, reply = null, created_at = $4
       where headgate.idempotency.created_at < $4 - interval '24 hours' returning key`,
    [scope, key, hash, clock.now()],
  );
  if (mine.length === 0) return await earlier();
  try {
    const answer = await handle();
    if (answer.body instanceof ReadableStream) {
      // Nobody keeps a stream: who asks again gets another one.
      await db.query('delete from headgate.idempotency where scope = $1 and key = $2', [scope, key]);
      return answer;
    }
    await db.query('update headgate.idempotency set status = $3, reply = $4 where scope = $1 and key = $2', [
      scope,
      key,
      answer.status,
      JSON.stringify(answer.body ?? null),
    ]);
    return answer;
  } catch (error) {
    // What failed may be asked for again.
    await db.query('delete from headgate.idempotency where scope = $1 and key = $2', [scope, key]);
    throw error;
  }

  async function earlier(): Promise<Answer> {
    const [row] = await db.query<Row>(
      'select request_hash, status, reply from headgate.idempotency where scope = $1 and key = $2',
      [scope, key],
    );
    if (!row || row.status === null) throw new HeadgateError('request.busy', 'the first request with this key is at work');
    if (!row.request_hash.equals(hash)) {
      throw new HeadgateError('request.conflict', 'this idempotency key belongs to another request');
    }
    return { status: row.status, headers: { 'idempotent-replayed': 'true' }, body: row.reply };
  }
}
