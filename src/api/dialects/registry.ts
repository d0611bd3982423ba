import type { ApiDialect } from '../dialect.ts';
import { civis } from './civis/index.ts';
import { dromo } from './dromo/index.ts';
import { dromoReview } from './dromo/review.ts';
import { mparticle } from './mparticle/index.ts';
import { native } from './native/index.ts';

/** One line per dialect; all of them share one origin. */
export const dialects: readonly ApiDialect[] = [native, mparticle, civis, dromo, dromoReview];
