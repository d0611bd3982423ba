/** Names for ways to read and write numbers. Pure. */
import type { Meaning, NumberFormat } from '../../domain/meaning.ts';

type Preset = Pick<Extract<Meaning, { is: 'number' }>, 'round' | 'display' | 'symbols'>;

const decimals = (digits: number): Preset => ({ round: digits, display: { thousandSeparated: true, mantissa: digits } });
const percent = (digits: number): Preset => ({ round: digits + 2, display: { output: 'percent', mantissa: digits } });
const money = (currencySymbol: string, more: NumberFormat = {}): NumberFormat => ({
  output: 'currency',
  currencySymbol,
  thousandSeparated: true,
  mantissa: 2,
  spaceSeparated: true,
  ...more,
});

export const numberPresets: Readonly<Record<string, Preset>> = {
  default: { display: { thousandSeparated: true } },
  plain: { display: {} },
  integer: decimals(0),
  ...Object.fromEntries([0, 1, 2, 3, 4].map((digits) => [`decimal_${digits}`, decimals(digits)])),
  percent: { display: { output: 'percent' } },
  ...Object.fromEntries([0, 1, 2, 3, 4].map((digits) => [`percent_${digits}`, percent(digits)])),
  usd: { round: 2, display: money('$', { negative: 'apart' }) },
  usd_accounting: { round: 2, display: money('$', { negative: 'parenthesis' }) },
  eur: { round: 2, display: money('€', { currencyPosition: 'postfix' }), symbols: ['€'] },
  gbp: { round: 2, display: money('£'), symbols: ['£'] },
};
