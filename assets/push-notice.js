// Asks the browser for a push subscription when the visitor presses the button, and sends it with the page's form.

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (byId('push'));
const button = /** @type {HTMLButtonElement} */ (byId('push-ask'));

/** @param {string} text in base64url */
function bytesOf(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {ServiceWorkerRegistration} registration */
function activated({ active, waiting, installing }) {
  const worker = active ?? waiting ?? installing;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker?.state === 'activated') resolve(undefined);
      else if (!worker || worker.state === 'redundant') reject(new Error('no worker'));
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not allowed');
  const { key = '', worker = '' } = form.dataset;
  // The folder of the worker is its scope: no page is in it, so it comes between no page and the server.
  const registration = await navigator.serviceWorker.register(worker);
  await activated(registration);
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    // A subscription with an earlier key of the service stands in the way.
    const former = await registration.pushManager.getSubscription();
    if (!former) throw error;
    await former.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

async function ask() {
  button.disabled = true;
  try {
    const subscription = await subscribe();
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('subscription'));
    field.value = JSON.stringify(subscription);
    form.submit();
  } catch {
    button.disabled = false;
    byId('push-failed').hidden = false;
  }
}

if ('serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis) {
  form.hidden = false;
  button.addEventListener('click', ask);
}
