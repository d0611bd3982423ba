import { existsSync } from 'node:fs';
import { aptInstall } from './apt.ts';

/** The first of these programs that is there; where none is and we are root, apt installs `pack`. Throws with the reason. */
export function installed(programs: readonly string[], pack: string): string {
  const find = (): string | undefined => programs.find((path) => existsSync(path));
  const found = find();
  if (found !== undefined) return found;
  const obstacle = aptInstall(pack);
  const now = find();
  if (now !== undefined) return now;
  throw new Error(`looking for ${programs.join(' or ')}: ${obstacle ?? `the package ${pack} has none of them`}`);
}
