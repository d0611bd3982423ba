import { useEffect, useState } from 'react';
import type { State } from '../../api/wire.ts';
import { speak } from '../../languages/speak.ts';
import { brandOf } from '../../ui/brand.ts';
import { applyTheme } from '../../ui/theme.ts';

/** Any colour that the browser knows, as it writes it itself. */
function normalColour(written: string): string | undefined {
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen || written === '' || written.length > 60) return undefined;
  const untouched = '#010203';
  pen.fillStyle = untouched;
  pen.fillStyle = written;
  return pen.fillStyle === untouched ? undefined : pen.fillStyle;
}

function dress(styles: unknown): void {
  const { variables, theme } = brandOf(styles, normalColour);
  // By the object model: the page's policy allows no style in markup.
  for (const [variable, value] of Object.entries(variables)) document.documentElement.style.setProperty(variable, value);
  if (theme) {
    applyTheme(theme);
    document.documentElement.dataset['brand'] = theme;
  }
}

/** False until the page has the language and the colours that the import's owner wishes for. */
export function useAppearance(state: State | undefined): boolean {
  const [ready, setReady] = useState(false);
  const known = state !== undefined;
  useEffect(() => {
    if (!state) return;
    dress(state.settings.styles);
    void speak(state.settings.locale ?? 'en', state.settings.texts).then(() => setReady(true));
    // They do not change while the page is open.
  }, [known]);
  return ready;
}
