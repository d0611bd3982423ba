import { z } from 'zod';
import type { WorkspaceRow } from '../../store/workspaces.ts';

export const workspaceView = z.object({ id: z.number().int(), name: z.string(), created_at: z.iso.datetime() });

export function show({ id, name, created_at }: WorkspaceRow): z.input<typeof workspaceView> {
  return { id: Number(id), name, created_at: created_at.toISOString() };
}
