import { z } from 'zod';
import { insertKey } from '../../store/keys.ts';
import { defineOperation, nouns, requireScope, type Scope } from '../operation.ts';
import { keyView, newKey, show, tokenOf } from './key.ts';

const scope = z.string().regex(new RegExp(`^(\\*|(${nouns.join('|')}):(read|write|\\*))$`), 'noun:read, noun:write, noun:* or *');

export const createKey = defineOperation({
  name: 'keys.create',
  summary: 'Create an API key; its token is in this answer and never again',
  scope: 'keys:write',
  input: z.strictObject({
    name: z.string().min(1).max(200),
    kind: z.enum(['backend', 'publishable']).default('backend'),
    scopes: z.array(scope).min(1).max(50),
    expires_at: z.iso.datetime().optional(),
  }),
  output: keyView.extend({ token: z.string() }),
  async run({ db, key, workspace, actor }, { name, kind, scopes, expires_at }) {
    // Nobody hands out more than they have.
    for (const wanted of scopes) for (const one of expand(wanted)) requireScope(actor, one);
    const parts = newKey();
    const row = await insertKey(db, {
      id: parts.id,
      workspace,
      name,
      kind,
      secret_hash: key.hash(parts.secret),
      scopes,
      expires_at: expires_at === undefined ? undefined : new Date(expires_at),
    });
    return { ...show(row), token: tokenOf(parts) };
  },
});

function expand(scope: string): readonly Scope[] {
  const [noun, verb = '*'] = scope.split(':');
  return nouns
    .filter((one) => noun === '*' || one === noun)
    .flatMap((one) =>
      (['read', 'write'] as const).filter((two) => verb === '*' || verb === two).map((two): Scope => `${one}:${two}`),
    );
}
