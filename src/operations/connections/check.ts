import { z } from 'zod';
import { asHeadgateError } from '../../domain/error.ts';
import { silent } from '../log.ts';
import { defineOperation } from '../operation.ts';
import { enterRoom } from '../room.ts';
import { configured, requireConnection } from './connection.ts';
import { outward } from './outward.ts';

const finding = z.object({
  level: z.enum(['error', 'warning', 'info']),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

export const checkConnection = defineOperation({
  name: 'connections.check',
  summary: 'Dial a connection and report everything that is wrong with it',
  scope: 'connections:write',
  access: { level: 'read' },
  input: z.strictObject({ connection: z.string() }),
  output: z.object({ ok: z.boolean(), findings: z.array(finding) }),
  async run(context, { connection }) {
    const row = await requireConnection(context, connection);
    try {
      const { source, destination } = await configured(context, row);
      await using scratch = await enterRoom(context, silent);
      await using opened = await (source ?? destination)?.open(scratch);
      const findings = ((await opened?.check()) ?? []).map(outward);
      return { ok: findings.every(({ level }) => level !== 'error'), findings };
    } catch (error) {
      const { code, message, hint } = asHeadgateError(error, `checking ${row.name}`);
      return { ok: false, findings: [outward({ level: 'error' as const, code, message, hint })] };
    }
  },
});
