import { z } from 'zod';
import { deleteSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';

export const forgetSecrets = defineOperation({
  name: 'secrets.forget',
  summary: 'Throw sealed secrets away',
  scope: 'connections:write',
  input: z.strictObject({ holder: z.string().min(1).max(300) }),
  output: z.object({}),
  async run({ db, workspace }, { holder }) {
    await deleteSecrets(db, workspace, holder);
    return {};
  },
});
