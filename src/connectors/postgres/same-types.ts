import { HeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import type { FlowRead, FormatName } from '../../sdk/index.ts';
import { quoteName } from '../_sql/names.ts';
import { rowsFrom } from './select.ts';
import type { Session } from './session.ts';

/**
 * Binary rows do not say what they hold: a column whose type changed since the run was planned would be taken for what it
 * was. Runs in the transaction of the read, which keeps the types as they are from here on. The server's description is
 * used, not its catalog: inside of a snapshot the catalog shows what was. Throws `stream.changed`.
 */
export async function requireSameTypes(session: Session, flow: FlowRead, format: FormatName, doing: string): Promise<void> {
  if (format !== 'pgcopy-binary') return;
  const names = flow.projection.columns.map(({ from }) => from);
  const described = await session.describe(`select ${names.map(quoteName).join(', ')} from ${rowsFrom(flow)} limit 0`, doing);
  const list = described.map(({ oid, modifier }, index) => `(${index}, ${oid}::oid, ${modifier})`).join(', ');
  const now = await session.rows(
    `select format_type(oid, modifier) as native from (values ${list}) as v (n, oid, modifier) order by n`,
    doing,
  );
  for (const [index, name] of names.entries()) {
    const planned = flow.schema.fields.find((field) => field.name === name)?.native?.type;
    if (now[index]?.native === planned) continue;
    const change = `field ${name} of ${refName(flow.stream)} was ${planned} and is ${now[index]?.native} now`;
    throw new HeadgateError('stream.changed', `${doing}: ${change}`);
  }
}
