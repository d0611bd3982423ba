import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findWorkspace, listWorkspaces as list, type WorkspaceRow } from '../../store/workspaces.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { show, workspaceView } from './workspace.ts';

export const listWorkspaces = defineOperation({
  name: 'workspaces.list',
  summary: 'List the workspaces that this key works in',
  scope: 'workspaces:read',
  access: { level: 'none' },
  input: z.strictObject(pageInput),
  output: pageOf(workspaceView),
  async run({ db, actor }, { cursor, limit }) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new HeadgateError('request.invalid', 'cursor: this is none of ours');
    if (actor.workspace === undefined)
      return page(await list(db, limit + 1, cursor === undefined ? undefined : Number(cursor)), limit, show);
    const own: WorkspaceRow | undefined = await findWorkspace(db, actor.workspace);
    return page(own ? [own] : [], limit, show);
  },
});
