import assert from 'node:assert/strict';
import type { Receipt } from '../../src/domain/receipt.ts';
import { receiptsOf } from '../support/receipts.ts';
import type { Site } from '../support/site.ts';

/** The receipts of a sync of many streams, by table. The process has a zone that must not show in any value. */
export async function sync(
  site: Site,
  from: string,
  to: string,
  ...more: readonly string[]
): Promise<ReadonlyMap<string, Receipt>> {
  const result = await site.run(['sync', from, to, ...more], { env: { TZ: 'America/New_York' } });
  const receipts = receiptsOf(result);
  assert.ok(receipts.length > 0, result.stdout + result.stderr);
  return new Map(receipts.map((receipt) => [receipt.table.split('.').at(-1) ?? '', receipt]));
}
