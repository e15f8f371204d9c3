// Recomputes the visitor's place in a draw from what was published, as docs/draw.md specifies anteroom-draw-v1.

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const { seed = '', hash, algorithm, ...numbers } = find('#own').dataset;
const entrants = Number(numbers.entrants);
const entrant = Number(numbers.entrant);
const base = Number(numbers.base);
const number = Number(numbers.number);

/** @param {string} hex */
const toBytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
/** @param {Uint8Array<ArrayBuffer>} input */
const sha256 = async (input) => new Uint8Array(await crypto.subtle.digest('SHA-256', input));

/**
 * The first 48 bits of SHA-256(seed · round · half).
 * @param {number} round
 * @param {number} half
 */
async function computeRandom(round, half) {
  const input = new Uint8Array(37);
  input.set(toBytes(seed));
  const view = new DataView(input.buffer);
  view.setUint8(32, round);
  view.setUint32(33, half);
  const digest = await sha256(input);
  return digest.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
}

async function computePlace() {
  const a = Math.ceil(Math.sqrt(entrants));
  const b = Math.ceil(entrants / a);
  const rounds = entrants < 1000 ? 24 : 12;
  let place = entrant;
  do {
    let left = place % a;
    let right = Math.floor(place / a);
    for (let round = 0; round < rounds; round += 2) {
      left = (left + (await computeRandom(round, right))) % a;
      right = (right + (await computeRandom(round + 1, left))) % b;
    }
    place = right * a + left;
  } while (place >= entrants);
  return place;
}

async function check() {
  const verdict = find('#verdict');
  const place = algorithm === 'arrival' ? entrant : await computePlace();
  const isRight = toHex(await sha256(toBytes(seed))) === hash && base + 1 + place === number;
  verdict.classList.toggle('wrong', !isRight);
  verdict.textContent = (isRight ? verdict.dataset.right : verdict.dataset.wrong) ?? '';
}

// Browsers offer crypto.subtle on https and localhost only.
if (globalThis.crypto?.subtle) await check();
