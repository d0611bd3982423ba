import { z } from 'zod';
import { findFaults } from '../../store/faults.ts';
import { defineOperation } from '../operation.ts';

export const listFaults = defineOperation({
  name: 'faults.list',
  summary: 'What stopped some objects',
  scope: 'pipelines:read',
  input: z.strictObject({ objects: z.array(z.string()) }),
  output: z.object({ data: z.array(z.object({ object: z.string(), code: z.string(), message: z.string() })) }),
  async run({ db, workspace }, { objects }) {
    const rows = await findFaults(db, workspace, objects);
    return { data: rows.map(({ object_id, code, message }) => ({ object: object_id, code, message })) };
  },
});
