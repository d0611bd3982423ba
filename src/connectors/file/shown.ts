/** Settings with which spreadsheets are read as people see them, and those that they came of. */
import type { ShownFields } from '../../sdk/index.ts';
import type { FileConfig } from './location.ts';

const originals = new WeakMap<FileConfig, FileConfig>();

export function withShown(config: FileConfig, shown: ShownFields): FileConfig {
  const changed = { ...config, shown };
  originals.set(changed, config);
  return changed;
}

/** What was found out with them is known: the names of the columns. */
export const heldConfig = (config: FileConfig): FileConfig | undefined => originals.get(config);
