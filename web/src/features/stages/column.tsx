/** How a column of the file is named, and how sure it is that it is a field. */
import type { PreviewColumn } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import type { Choice } from './mapping.ts';

export const headerOf = ({ header, index }: PreviewColumn): string => (header === '' ? texts.match.unnamed(index) : header);

function sureness({ field, confidence }: PreviewColumn, chosen: Choice): string {
  if (typeof chosen !== 'string') return '';
  return chosen === field ? texts.match.confidence(confidence ?? 1) : texts.match.byHand;
}

/** A cell about the columns that feed what was chosen. */
export function Sure({ columns, chosen }: { readonly columns: readonly PreviewColumn[]; readonly chosen: Choice }) {
  const says = new Set(columns.map((column) => sureness(column, chosen)).filter((text) => text !== ''));
  return (
    <td className="soft">
      {chosen !== null && columns.length > 0 && <Icon name="done" />} {[...says].join(' · ')}
    </td>
  );
}
