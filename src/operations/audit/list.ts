import { z } from 'zod';
import { listAudit as list } from '../../store/audit.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';

const entry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.string().meta({ description: 'The id of the key' }),
  principal: z.string().nullable().meta({ description: 'Whose key it was' }),
  operation: z.string(),
  object: z.string().nullable(),
  outcome: z.string().nullable().meta({ description: '`done`, or the code of the error; null = it did not come to its end' }),
  ip: z.string().nullable(),
  request_id: z.string().nullable(),
  old_hash: z.string().nullable().meta({ description: 'Digest of the object before; null = it was not there' }),
  new_hash: z.string().nullable().meta({ description: 'Digest of the object after; null = it is no longer there' }),
});

export const auditLog = defineOperation({
  name: 'audit.list',
  summary: 'List who changed what, and who was refused, the newest first',
  scope: 'audit:read',
  access: { level: 'manage' },
  input: z.strictObject(pageInput),
  output: pageOf(entry),
  run: async ({ db, workspace }, { cursor, limit }) =>
    page(await list(db, workspace, limit + 1, cursor), limit, ({ at, object_id, principal_id, ...rest }) => ({
      ...rest,
      object: object_id,
      principal: principal_id,
      at: at.toISOString(),
    })),
});
