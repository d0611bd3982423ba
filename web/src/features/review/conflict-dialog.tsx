import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { withoutConflicts, type Conflict } from './conflict.ts';
import type { Session } from './session.ts';

const shown = 6;

/** Both texts side by side; nothing is written before somebody has chosen. */
export function ConflictDialog({ session, conflict }: { readonly session: Session; readonly conflict: Conflict }) {
  const { cells, edit } = conflict;
  const keepTheirs = () => {
    session.set({ conflict: undefined });
    const rest = withoutConflicts(conflict);
    if (rest.cells.length > 0) void session.edit(rest);
  };
  const keepMine = () => {
    session.set({ conflict: undefined });
    void session.edit(edit);
  };
  const foot = (
    <>
      <Button onClick={keepTheirs}>{texts.conflict.keepTheirs}</Button>
      <Button look="main" onClick={keepMine}>
        {texts.conflict.keepMine}
      </Button>
    </>
  );
  return (
    <Dialog title={texts.conflict.title} onClose={keepTheirs} foot={foot}>
      <p>{texts.conflict.lead}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.cell.label}</th>
            <th scope="col">{texts.conflict.theirs}</th>
            <th scope="col">{texts.conflict.mine}</th>
          </tr>
        </thead>
        <tbody>
          {cells.slice(0, shown).map((cell) => (
            <tr key={`${cell.row} ${cell.column}`}>
              <th scope="row">{texts.conflict.place(cell.label, cell.line)}</th>
              <td>{cell.theirs}</td>
              <td>{cell.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {cells.length > shown && <p>{texts.conflict.more(cells.length - shown)}</p>}
    </Dialog>
  );
}
