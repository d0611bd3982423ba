import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { FlowRead, FormatName } from '../../sdk/index.ts';
import { quoteName } from '../_sql/names.ts';
import { rowsFrom } from './select.ts';
import type { Session } from './session.ts';

/**
 * Binary rows do not say what they hold, and a reader of text rounds what it takes for a whole number: a column whose type changed
 * since the run was planned would be taken for what it was. Of a text, only numbers of portable types matter. Runs in the transaction of the read, which keeps the types as they are from here on. The server's description is
 * used, not its catalog: inside of a snapshot the catalog shows what was. Throws `stream.changed`.
 */
export async function requireSameTypes(session: Session, flow: FlowRead, format: FormatName, doing: string): Promise<void> {
  const binary = format === 'pgcopy-binary';
  const planned = new Map(flow.schema.fields.map((field) => [field.name, field]));
  const names = flow.projection.columns.flatMap(({ from }) => (binary || isNumber(planned.get(from)) ? [from] : []));
  if (names.length === 0) return;
  const described = await session.describe(`select ${names.map(quoteName).join(', ')} from ${rowsFrom(flow)} limit 0`, doing);
  const list = described.map(({ oid, modifier }, index) => `(${index}, ${oid}::oid, ${modifier})`).join(', ');
  const now = await session.rows(
    `select format_type(oid, modifier) as native from (values ${list}) as v (n, oid, modifier) order by n`,
    doing,
  );
  for (const [index, name] of names.entries()) {
    const was = planned.get(name)?.native?.type;
    if (now[index]?.native === was) continue;
    const change = `field ${name} of ${refName(flow.stream)} was ${was} and is ${now[index]?.native} now`;
    throw new HeadgateError('stream.changed', `${doing}: ${change}`);
  }
}

const isNumber = (field: Field | undefined): boolean =>
  field?.native?.portable === true && (field.type.kind === 'integer' || field.type.kind === 'decimal');
