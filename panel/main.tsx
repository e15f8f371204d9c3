/**
 * The control panel: what an operator runs a sale from. It calls the admin API and knows nothing that the API does not
 * say. `state/` has what is known, `parts/` what several views use, `views/` one file a view.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { returnToView } from './parts/sign-in-link.tsx';
import { keepAlive, loadSession, session } from './state/session.ts';
import './style.css';

/** In ms. A server in trouble says nothing about the session: it is asked again. */
const PAUSE = 1000;

for (;;) {
  await loadSession().catch(() => undefined);
  if (session.value !== undefined) break;
  await new Promise((done) => setTimeout(done, PAUSE));
}
if (session.value === null) location.replace('sign-in');
else {
  returnToView();
  keepAlive();
  const at = document.getElementById('panel');
  if (at) render(<App />, at);
}
