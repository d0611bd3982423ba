import { existsSync, readFileSync } from 'node:fs';

/** What our own package.json says. */
export interface PackageInfo {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** A clone of the repository, not an installed package. */
  readonly clone: boolean;
}

// src/cli and dist/cli lie equally deep.
const root = new URL('../../', import.meta.url);

export function packageInfo(): PackageInfo {
  const parsed: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  // It is our own file, shipped with this code.
  const { version, dependencies } = parsed as Pick<PackageInfo, 'version' | 'dependencies'>;
  return { version, dependencies, clone: existsSync(new URL('src/', root)) };
}
