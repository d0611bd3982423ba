import type { ButtonHTMLAttributes, Ref } from 'react';
import { Icon, type IconName } from './icon.tsx';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'main' | 'plain' | 'quiet' | 'grave';
  readonly icon?: IconName;
  /** Read out and shown on hover; needed where there is no text. */
  readonly hint?: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', icon, hint, children, className, ...rest }: Props) {
  const names = ['button', `is-${look}`, !children && 'is-sign', className].filter(Boolean).join(' ');
  return (
    <button type="button" className={names} title={hint} {...(!children && hint && { 'aria-label': hint })} {...rest}>
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}
