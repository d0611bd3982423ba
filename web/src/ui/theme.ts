/** Light or dark: as the system says, until a person chooses. */
import { useState } from 'react';
import type { Theme } from './brand.ts';

const key = 'headgate-theme';

function stored(): Theme | undefined {
  try {
    const kept = localStorage.getItem(key);
    return kept === 'light' || kept === 'dark' ? kept : undefined;
  } catch {
    return undefined; // a frame may be denied storage
  }
}

export function applyTheme(theme: Theme | undefined = stored()): void {
  if (theme) document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): readonly [Theme, () => void] {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const [theme, setTheme] = useState<Theme>(stored() ?? system);
  const turn = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    setTheme(next);
    applyTheme(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // chosen for this visit only
    }
  };
  return [theme, turn];
}
