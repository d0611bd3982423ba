/** Schema files for the jobs with rules: the fields of `narrow`, and rules that a careful person would write for them. */

type Entry = Readonly<Record<string, unknown>>;

const types: Readonly<Record<string, string>> = {
  orderkey: 'bigint',
  partkey: 'integer',
  suppkey: 'integer',
  linenumber: 'integer',
  quantity: 'decimal(12,2)',
  extendedprice: 'decimal(12,2)',
  discount: 'decimal(12,2)',
  tax: 'decimal(12,2)',
  shipdate: 'date',
  commitdate: 'date',
  receiptdate: 'date',
};

const between = (min: string, max: string): Entry => ({ rule: 'range', min, max });
const oneOf = (...values: readonly string[]): Entry => ({ rule: 'enum', values });
const days = between('1992-01-01', '1998-12-31');
const modes = oneOf('AIR', 'MAIL', 'SHIP', 'TRUCK', 'REG AIR', 'RAIL', 'FOB');

/** 28 rules of fields; with the two below, 30. */
const thirty: Readonly<Record<string, readonly unknown[]>> = {
  orderkey: ['required', between('1', '100000000')],
  partkey: ['required', between('0', '200000')],
  suppkey: ['required', between('0', '10000')],
  linenumber: ['required', between('1', '4')],
  quantity: ['required', between('1', '50')],
  extendedprice: ['required', between('0', '100000')],
  discount: ['required', between('0', '0.10')],
  tax: ['required', between('0', '0.08')],
  returnflag: ['required', oneOf('A', 'N', 'R')],
  linestatus: ['required', oneOf('F', 'O')],
  shipdate: ['required', days],
  commitdate: [days],
  receiptdate: [days],
  shipinstruct: [{ rule: 'length', min: 4, max: 25 }],
  shipmode: [modes],
  comment: [
    { rule: 'length', max: 44 },
    { rule: 'pattern', pattern: '^said "[0-9a-f]+", \\S+$' },
  ],
};

const ten: typeof thirty = {
  orderkey: ['required', between('1', '100000000')],
  linenumber: ['required', between('1', '4')],
  // One row in fifty has more, and is refused.
  quantity: [between('1', '49')],
  discount: [between('0', '0.10')],
  returnflag: [oneOf('A', 'N', 'R')],
  shipdate: ['required'],
  shipmode: [modes],
};

const acrossFields: readonly Entry[] = [
  { rule: 'compare', left: 'discount', is: '<=', right: 'extendedprice', level: 'warning' },
  { rule: 'requiredIf', field: 'shipmode', when: { field: 'shipinstruct', is: 'present' } },
];

const schema = (names: readonly string[], rules: typeof thirty, more: readonly Entry[]): string =>
  JSON.stringify({ fields: names.map((name) => ({ name, type: types[name] ?? 'text', rules: rules[name] ?? [] })), rules: more });

export const thirtyRules = (names: readonly string[]): string => schema(names, thirty, acrossFields);
export const tenRules = (names: readonly string[]): string => schema(names, ten, acrossFields.slice(1));
