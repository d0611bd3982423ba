import { z } from 'zod';
import { insertKey } from '../../store/keys.ts';
import { workspaceLevel } from '../../store/grants.ts';
import { authorize } from '../access.ts';
import { requirePrincipal } from '../principals/principal.ts';
import { defineOperation, nouns, type OpContext, requireScope, type Scope } from '../operation.ts';
import { keyView, newKey, show, tokenOf } from './key.ts';

const scope = z.string().regex(new RegExp(`^(\\*|(${nouns.join('|')}):(read|write|\\*))$`), 'noun:read, noun:write, noun:* or *');

export const createKey = defineOperation({
  name: 'keys.create',
  summary: 'Create an API key; its token is in this answer and never again',
  scope: 'keys:write',
  access: { level: 'none' },
  input: z.strictObject({
    name: z.string().min(1).max(200),
    kind: z.enum(['backend', 'publishable']).default('backend'),
    scopes: z.array(scope).min(1).max(50),
    expires_at: z.iso.datetime().optional(),
    principal: z.string().optional().meta({ description: 'Whose key it is; absent: of whoever makes it' }),
  }),
  output: keyView.extend({ token: z.string() }),
  async run(context, { name, kind, scopes, expires_at, principal }) {
    const { db, key, workspace, actor } = context;
    // Nobody hands out more than they have.
    for (const wanted of scopes) for (const one of expand(wanted)) requireScope(actor, one);
    const owner = principal === undefined ? actor.principal : await requireWeaker(context, principal);
    const parts = newKey();
    const row = await insertKey(db, {
      id: parts.id,
      workspace,
      principal_id: owner,
      name,
      kind,
      secret_hash: key.hash(parts.secret),
      scopes,
      expires_at: expires_at === undefined ? undefined : new Date(expires_at),
    });
    return { ...show(row), token: tokenOf(parts) };
  },
});

/** Throws `access.grant` for somebody else's principal, unless the caller manages the workspace and is not below it there. */
async function requireWeaker(context: OpContext, id: string): Promise<string> {
  const { db, workspace, actor } = context;
  if (id === actor.principal) return id;
  await authorize(context, { objects: [], workspace: 'manage' });
  await requirePrincipal(context, id);
  await authorize(context, { objects: [], workspace: (await workspaceLevel(db, workspace, id)) ?? 'manage' });
  return id;
}

function expand(scope: string): readonly Scope[] {
  const [noun, verb = '*'] = scope.split(':');
  return nouns
    .filter((one) => noun === '*' || one === noun)
    .flatMap((one) =>
      (['read', 'write'] as const).filter((two) => verb === '*' || verb === two).map((two): Scope => `${one}:${two}`),
    );
}
