/** Signs of 16 × 16, drawn in the colour of the text around them. */

const shapes = {
  error: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 4.5v4.2M8 11v.6',
  warning: 'M8 2 1.6 13.5h12.8zM8 6.4v3.4M8 11.6v.4',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 7.2v4.2M8 4.6v.5',
  edited: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z',
  changed: 'M2.5 8a5.5 5.5 0 1 1 1.8 4.1M2.2 13.4l2-1.4M2.2 13.4l-.2-2.5',
  removed: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.7h5.8l.6-8.7',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  done: 'M3 8.5l3.3 3.3L13 4.8',
  undo: 'M5.5 3 2.5 6l3 3M2.8 6h6.7a4 4 0 0 1 0 8H6',
  redo: 'M10.5 3l3 3-3 3M13.2 6H6.5a4 4 0 0 0 0 8H10',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.4 10.4l3.4 3.4',
  swap: 'M2.5 5.5h9l-2.4-2.6M13.5 10.5h-9l2.4 2.6',
  add: 'M8 3v10M3 8h10',
  download: 'M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.8 13.5h10.4',
  list: 'M2.5 4h1M2.5 8h1M2.5 12h1M6 4h7.5M6 8h7.5M6 12h7.5',
  close: 'M4 4l8 8M12 4l-8 8',
  up: 'M3.5 10 8 5.5l4.5 4.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  right: 'M6 3.5 10.5 8 6 12.5',
  help: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M6.2 6.2a1.9 1.9 0 1 1 2.6 1.9c-.5.3-.8.6-.8 1.2M8 11.3v.5',
  people:
    'M6 3a2.2 2.2 0 1 0 0 4.4A2.2 2.2 0 0 0 6 3M1.8 13a4.2 4.2 0 0 1 8.4 0M10.6 3.4a2 2 0 0 1 0 3.8M11.6 9.3a4 4 0 0 1 2.6 3.7',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  dark: 'M13.2 9.8A5.7 5.7 0 0 1 6.2 2.8a5.7 5.7 0 1 0 7 7z',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.8-4.1M13.8 2.6l-2 1.4M13.8 2.6l.2 2.5',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.9 3v10',
  pin: 'M6 2.5h4M6.7 2.5v4.3L4.5 9.5h7L9.3 6.8V2.5M8 9.5v4.3',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  goto: 'M2.5 4h6M2.5 8h4M2.5 12h6M9.5 8h4.5M11.8 5.6 14.2 8l-2.4 2.4',
  day: 'M2.5 3.8h11v9.7h-11zM2.5 6.8h11M5.5 2.2v2.6M10.5 2.2v2.6',
  file: 'M4 1.8h5.2L12.5 5v9.2H4zM9 1.8V5.2h3.5',
} as const;

export type IconName = keyof typeof shapes;

/** Without a label it says nothing to those who hear the page: what stands beside it does. */
export function Icon({
  name,
  label,
  className,
}: {
  readonly name: IconName;
  readonly label?: string;
  readonly className?: string;
}) {
  return (
    <svg
      className={`icon icon-${name}${className ? ` ${className}` : ''}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <path d={shapes[name]} />
    </svg>
  );
}
