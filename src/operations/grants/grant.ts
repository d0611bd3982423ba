/** What was granted on one object, or on the whole workspace, to a principal or a group. */
import { z } from 'zod';
import { levelOf, levels, objectKinds, type ObjectKind } from '../../domain/access.ts';
import { HeadgateError } from '../../domain/error.ts';
import { everything, findObject, type GrantRow, type Holder } from '../../store/grants.ts';
import { requireGroup } from '../groups/group.ts';
import type { OpContext } from '../operation.ts';
import { requirePrincipal } from '../principals/principal.ts';

const ref = z.string().optional();

/** One field per kind of object, so that grants are checked on it as everywhere; none = the whole workspace. */
export const objectInput = {
  connection: ref.meta({ description: 'By id or slug; without any object it is about the whole workspace' }),
  pipeline: ref.meta({ description: 'By id or slug' }),
  model: ref.meta({ description: 'By id or slug' }),
  schema: ref.meta({ description: 'By id or slug' }),
  file: ref.meta({ description: 'By id' }),
} satisfies Record<ObjectKind, z.ZodType>;

export const holderInput = {
  principal: ref.meta({ description: 'Either a principal or a group' }),
  group: ref,
};

export const grantView = z.object({
  object: z.string().meta({ description: 'The id of an object, or `workspace`' }),
  principal: z.string().nullable(),
  group: z.string().nullable(),
  level: z.enum(levels),
  created_at: z.iso.datetime(),
});

export function show({ object_id, principal_id, group_id, level, created_at }: GrantRow): z.input<typeof grantView> {
  return {
    object: object_id,
    principal: principal_id,
    group: group_id,
    level: levelOf(level) ?? 'read',
    created_at: created_at.toISOString(),
  };
}

type Named = { readonly [K in ObjectKind]?: string | undefined };

/** The id under which grants on it are kept. Throws `request.invalid` for several objects, `object.missing`. */
export async function objectOf({ db, workspace }: OpContext, named: Named): Promise<string> {
  const [first, second] = objectKinds.filter((kind) => named[kind] !== undefined);
  if (first === undefined) return everything;
  if (second !== undefined) throw new HeadgateError('request.invalid', `grants: name ${first} or ${second}, not both`);
  const id = await findObject(db, workspace, first, named[first] ?? '');
  if (id !== undefined) return id;
  throw new HeadgateError('object.missing', `there is no such ${first}`);
}

/** Throws `request.invalid`, `object.missing`. */
export async function holderOf(
  context: OpContext,
  { principal, group }: { readonly principal?: string | undefined; readonly group?: string | undefined },
): Promise<Holder> {
  if ((principal === undefined) === (group === undefined)) {
    throw new HeadgateError('request.invalid', 'grants: name a principal or a group');
  }
  if (group !== undefined) return { group: (await requireGroup(context, group)).id };
  return { principal: (await requirePrincipal(context, principal ?? '')).id };
}
