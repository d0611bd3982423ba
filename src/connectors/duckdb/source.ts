import type { Context, Source } from '../../sdk/index.ts';
import type { Config } from './location.ts';
export function openSource(_c: Config, _x: Context): Promise<Source> {
  throw new Error('soon');
}
