/** In front of every path of a workspace. */
export const base = '/platform/v2/workspaces/:workspace';
