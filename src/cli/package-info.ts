import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** What a package.json says. */
export interface PackageInfo {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// src/cli and dist/cli lie equally deep.
const root = new URL('../../', import.meta.url);

export const ownPackage = (): PackageInfo => readPackage(new URL('package.json', root));

/** A clone of the repository, not an installed package. */
export const isClone = (): boolean => existsSync(new URL('src/', root));

/** The package as it is installed for us; absent = it is not. */
export function installedPackage(name: string): PackageInfo | undefined {
  try {
    const path = findPackageJSON(name, import.meta.url);
    return path === undefined ? undefined : readPackage(path);
  } catch {
    return undefined;
  }
}

function readPackage(path: string | URL): PackageInfo {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  // npm refuses a package without these fields, or with others in their place.
  return parsed as PackageInfo;
}
