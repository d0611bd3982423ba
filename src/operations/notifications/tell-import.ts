import { z } from 'zod';
import { happen } from '../../store/events.ts';
import { defineOperation } from '../operation.ts';

export const tellImport = defineOperation({
  name: 'events.tell_import',
  summary: 'Tell what has become of an import, where no run does',
  scope: 'runs:write',
  access: { level: 'none' },
  input: z.strictObject({
    import: z.string(),
    run: z.string().optional(),
    filename: z.string().nullable(),
    identifier: z.string(),
    kind: z.enum(['import.completed', 'import.needs_review', 'import.failed']),
    topics: z.array(z.string()),
  }),
  output: z.object({}),
  async run({ db, clock, workspace }, { kind, topics, run, ...about }) {
    const data = { workspace, ...about, ...(run !== undefined && { run }) };
    await happen(db, { workspace, kind, run, data, topics }, clock.now());
    return {};
  },
});
