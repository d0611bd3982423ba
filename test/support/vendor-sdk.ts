import { spawnSync } from 'node:child_process';
import { aptInstall } from './apt.ts';

/** A Python that has the object storage vendor's own client: from the system or, as root, from apt. Throws what stands in the way. */
export function pythonWithSdk(): string {
  const has = (python: string): boolean => spawnSync(python, ['-c', 'import boto3']).status === 0;
  const found = (): string | undefined => ['python3', '/usr/bin/python3'].find(has);
  const python = found();
  if (python !== undefined) return python;
  const problem = aptInstall('python3-boto3');
  const installed = found();
  if (installed === undefined) throw new Error(`no python3 with boto3: ${problem ?? 'it was installed and cannot be loaded'}`);
  return installed;
}
