import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Duck } from '../../sdk/index.ts';
import { forbidden, tableName } from '../../warehouse/guard.ts';
import { defineOperation } from '../operation.ts';
import { openWarehouse, userTables } from './warehouse.ts';

/** Answers are for people and small programs; whole tables leave through pipelines. */
const mostBytes = 8 * 1024 * 1024;

export const queryWarehouse = defineOperation({
  name: 'warehouse.query',
  summary: 'Ask the warehouse with one SELECT; values come as text, so that none loses a digit',
  scope: 'warehouse:read',
  input: z.strictObject({
    sql: z.string().min(1).max(100_000),
    limit: z.number().int().min(1).max(10_000).default(1000),
    timeout_seconds: z.number().int().min(1).max(300).default(30),
  }),
  output: z.object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.string().nullable())),
    truncated: z.boolean().meta({ description: 'There are more rows than were asked for, or than an answer may hold' }),
  }),
  async run(context, { sql, limit, timeout_seconds }) {
    // Who hangs up, or waits too long, stops the statement.
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout_seconds * 1000)]);
    await using open = await openWarehouse({ ...context, signal });
    await requireAllowed(open.duck, sql);
    const { columns, batches } = await open.duck.stream(sql);
    const rows: (string | null)[][] = [];
    let bytes = 0;
    for await (const batch of batches) {
      for (const row of batch) {
        bytes += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
        if (rows.length === limit || bytes > mostBytes) return { columns: [...columns], rows, truncated: true };
        rows.push([...row]);
      }
    }
    return { columns: [...columns], rows, truncated: false };
  },
});

/** Throws `query.invalid`. The statement is only parsed here, by the engine that would run it. */
async function requireAllowed(duck: Duck, sql: string): Promise<void> {
  const [[serialized] = []] = await duck.rows(`select json_serialize_sql(${quoteText(sql)})::varchar`);
  const ast = JSON.parse(serialized ?? 'null') as Json;
  const tables = new Set((await duck.rows(userTables)).map(([schema, name]) => tableName(schema ?? '', name ?? '')));
  const statements =
    typeof ast === 'object' && ast !== null && 'statements' in ast && Array.isArray(ast['statements'])
      ? ast['statements'].length
      : 0;
  const reason = statements === 1 ? forbidden(ast, tables) : 'one SELECT is expected';
  if (reason !== undefined) throw new HeadgateError('query.invalid', `asking the warehouse: ${reason}`);
}
