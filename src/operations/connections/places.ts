/** Files of the data directory in stored settings: the directory may move, and nobody but us may name one. */
import { join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';

const prefix = '@data/';

export const inDataDir = (path: string): string => `${prefix}${path}`;

type Settings = Readonly<Record<string, Json>>;

export function resolvePlaces(settings: Settings, dataDir: string): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith(prefix) ? join(dataDir, value.slice(prefix.length)) : value,
    ]),
  );
}

/** Throws `request.invalid`: another workspace's file would be one path away. */
export function refusePlaces(settings: Readonly<Record<string, unknown>>): void {
  const named = Object.entries(settings).find(([, value]) => typeof value === 'string' && value.startsWith(prefix));
  if (named) throw new HeadgateError('request.invalid', `settings: ${named[0]} names a file of the data directory`);
}
