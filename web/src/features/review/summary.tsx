import { useEffect, useState } from 'react';
import type { Counts, Filter, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';

const filters: readonly { readonly filter: Filter; readonly count: keyof Omit<Counts, 'byColumn'>; readonly icon?: IconName }[] =
  [
    { filter: 'all', count: 'rows' },
    { filter: 'errors', count: 'invalid', icon: 'error' },
    { filter: 'warnings', count: 'warned', icon: 'warning' },
    { filter: 'edited', count: 'edited', icon: 'edited' },
    { filter: 'removed', count: 'removed', icon: 'removed' },
  ];

interface Props {
  readonly counts: Counts;
  readonly request: ViewRequest | undefined;
  readonly onFilter: (filter: Filter) => void;
}

/** How many rows there are of each kind, always in sight; each number is the way to its rows. */
export function Summary({ counts, request, onFilter }: Props) {
  return (
    <div className="summary" role="group" aria-label={texts.summary.label}>
      <Left counts={counts} />
      {filters.map(({ filter, count, icon }) => (
        <button
          key={filter}
          type="button"
          className={`count is-${filter}${counts[count] === 0 ? ' is-zero' : ''}`}
          aria-pressed={request?.filter === filter}
          onClick={() => onFilter(filter)}
        >
          {icon && <Icon name={icon} />}
          <strong>{texts.number(counts[count])}</strong>
          <span>{texts.summary[filter]}</span>
        </button>
      ))}
    </div>
  );
}

/** Said aloud once edits rest: how much is left. Nothing is said of what was there from the beginning. */
function Left({ counts: { invalid, warned } }: { readonly counts: Counts }) {
  const now = texts.summary.left(invalid, warned);
  const [first] = useState(now);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (now === first && said === '') return undefined;
    const timer = setTimeout(() => setSaid(now), 500);
    return () => clearTimeout(timer);
  }, [now, first, said]);
  return (
    <span className="unseen" role="status">
      {said}
    </span>
  );
}
