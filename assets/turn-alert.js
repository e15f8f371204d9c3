// Tells a visitor who asked for it that their turn has come: a sound, a vibration and a notification. It watches the
// state that waiting.js shows, and asks the server nothing.

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = byId('waiting');
const button = byId('notify');
const note = byId('notified');

/** Seconds from one tone to the next, and how long a tone lasts. */
const TONES = [0, 0.35, 0.7];
const TONE = 0.2;

/** A press unlocks the sound: browsers play none that nobody asked for. @type {AudioContext | undefined} */
let audio;

async function ask() {
  button.hidden = true;
  audio = new AudioContext();
  await audio.resume();
  const permission = 'Notification' in globalThis ? await Notification.requestPermission() : 'denied';
  note.textContent = (permission === 'granted' ? button.dataset.on : button.dataset.soundOnly) ?? '';
  note.hidden = false;
}

function play() {
  if (!audio) return;
  const start = audio.currentTime;
  for (const at of TONES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.2, start + at);
    volume.gain.exponentialRampToValueAtTime(0.001, start + at + TONE);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + at);
    tone.stop(start + at + TONE);
  }
}

function notify() {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const heading = page.querySelector('h1:not([hidden])')?.textContent ?? '';
  const room = page.querySelector('.room')?.textContent ?? '';
  try {
    const shown = new Notification(heading, { body: room, tag: 'anteroom', requireInteraction: true });
    shown.addEventListener('click', () => {
      focus();
      shown.close();
    });
  } catch {
    // Chromium on Android shows notifications of service workers only. The sound was played.
  }
}

if ('AudioContext' in globalThis) {
  button.hidden = false;
  button.addEventListener('click', ask);
}

let last = page.dataset.state;
new MutationObserver(() => {
  const { state } = page.dataset;
  if (state === last) return;
  last = state;
  if (state !== 'served' || !audio) return;
  play();
  navigator.vibrate?.([200, 100, 200]);
  if (document.hidden) notify();
}).observe(page, { attributes: true, attributeFilter: ['data-state'] });
