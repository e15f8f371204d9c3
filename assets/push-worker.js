// Shows notifications ahead of the turn, also while no page is open, and opens the waiting page. It answers no requests.

const worker = /** @type {any} */ (globalThis);

worker.addEventListener('install', () => worker.skipWaiting());

worker.addEventListener('push', (/** @type {any} */ event) => {
  const { title, body, url, tag, lang, dir } = event.data.json();
  event.waitUntil(
    worker.registration.showNotification(title, { body, tag, lang, dir, requireInteraction: true, data: { url } }),
  );
});

/** @param {string} url path of the waiting page */
async function open(url) {
  const page = new URL(url, location.origin);
  const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const tab = tabs.find((/** @type {any} */ each) => new URL(each.url).pathname === page.pathname);
  if (!tab) return worker.clients.openWindow(page.href);
  try {
    // A page that its visitor stopped starts again: they came back.
    tab.postMessage('came back');
    return await tab.focus();
  } catch {
    return worker.clients.openWindow(page.href);
  }
}

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});
