/** The page's beginning: which review this is, and the token that opens it. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ReviewClient } from './api/client.ts';
import { Session } from './features/review/session.ts';
import { speak } from './languages/speak.ts';
import { ReviewRoute } from './routes/review.tsx';
import { applyTheme } from './ui/theme.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/layout.css';
import '../styles/grid.css';
import '../styles/panels.css';
import '../styles/pages.css';

applyTheme();
// Until the server says which language the import's owner has chosen.
await speak(navigator.language);
const token = new URLSearchParams(location.search).get('token') ?? '';
const session = new Session(new ReviewClient(new URL('api/', location.href).pathname, token));
const page = document.getElementById('page');
if (page) {
  createRoot(page).render(
    <StrictMode>
      <ReviewRoute session={session} />
    </StrictMode>,
  );
}
