// Keeps an operator's own page up to date around the part that waiting.js follows.

const own = /** @type {HTMLElement} */ (document.getElementById('waiting'));
/** In ms. */
const INTERVAL = Math.max(10, Number(own.dataset.heartbeat)) * 1000;

/**
 * Makes what is around the page's own part like a newer page. What has the focus stays.
 *
 * @param {Element} old
 * @param {Element} latest
 */
function liken(old, latest) {
  const theirOwn = latest.querySelector('#waiting');
  const [ours, theirs] = [[...old.childNodes], [...latest.childNodes]];
  const at = ours.findIndex((node) => node.contains(own));
  const theirAt = theirs.findIndex((node) => node.contains(theirOwn));
  const [inside, theirInside] = [ours[at], theirs[theirAt]];
  if (!theirOwn || !inside || !theirInside) return;
  likenAll(ours.slice(0, at), theirs.slice(0, theirAt), (nodes) => inside.before(...nodes));
  likenAll(ours.slice(at + 1), theirs.slice(theirAt + 1), (nodes) => inside.after(...nodes));
  if (inside !== own && inside instanceof Element && theirInside instanceof Element) liken(inside, theirInside);
}

/**
 * @param {ChildNode[]} ours
 * @param {ChildNode[]} theirs
 * @param {(nodes: ChildNode[]) => void} insert
 */
function likenAll(ours, theirs, insert) {
  if (ours.some((node) => node.contains(document.activeElement))) return;
  if (ours.length === theirs.length) {
    for (const [i, node] of ours.entries()) if (!node.isEqualNode(theirs[i] ?? null)) node.replaceWith(theirs[i] ?? '');
    return;
  }
  for (const node of ours) node.remove();
  insert(theirs);
}

async function refresh() {
  const isStopped = document.getElementById('stopped')?.hidden === false;
  if (isStopped || document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
    // Another status may be the operator's choice; a page without the part is another page.
    liken(document.body, new DOMParser().parseFromString(await answer.text(), 'text/html').body);
  } catch {
    // waiting.js says that contact is lost, and the next time is soon.
  }
}

setInterval(refresh, INTERVAL * (0.8 + Math.random() * 0.4));
new MutationObserver(refresh).observe(own, { attributeFilter: ['data-state'] });
