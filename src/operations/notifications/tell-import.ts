import { z } from 'zod';
import { happen } from '../../store/events.ts';
import { defineOperation } from '../operation.ts';

export const tellImport = defineOperation({
  name: 'events.tell_import',
  summary: 'Tell what a person has made of an import',
  scope: 'runs:write',
  access: { level: 'none' },
  input: z.strictObject({
    import: z.string(),
    run: z.string(),
    filename: z.string().nullable(),
    identifier: z.string(),
    kind: z.enum(['import.completed', 'import.needs_review', 'import.failed']),
    topics: z.array(z.string()),
  }),
  output: z.object({}),
  async run({ db, clock, workspace }, { kind, topics, ...about }) {
    await happen(db, { workspace, kind, run: about.run, data: { workspace, ...about }, topics }, clock.now());
    return {};
  },
});
