/** `--derive`: the file, and what is in it. */
import { readFile } from 'node:fs/promises';
import { derivationSpec, type DerivationSpec } from '../domain/derivation.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Values } from './options.ts';

/** Throws `usage.arguments`, `file.missing`. */
export async function readDerivation({ derive }: Values): Promise<DerivationSpec | undefined> {
  if (derive === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(derive, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw asHeadgateError(error, `reading ${derive}`);
    throw new HeadgateError('usage.arguments', `reading ${derive}: it is not JSON`, { cause: error });
  }
  const parsed = derivationSpec.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new HeadgateError('usage.arguments', `reading ${derive}: ${problems.join('; ')}`, {
    hint: 'docs/profiles.md shows what it may hold',
  });
}
