// Computes one's own place in a draw anew, from what was published: docs/draw.md, `anteroom-draw-v1`.

const own = document.querySelector('#own');
const { seed, hash, algorithm } = own.dataset;
const [entrants, entrant, base, number] = ['entrants', 'entrant', 'base', 'number'].map((name) =>
  Number(own.dataset[name]),
);

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const hex = (digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (input) => new Uint8Array(await crypto.subtle.digest('SHA-256', input));

/** The first 48 bits of SHA-256(seed · round · half). */
async function random(round, half) {
  const input = new Uint8Array(37);
  input.set(bytes(seed));
  const view = new DataView(input.buffer);
  view.setUint8(32, round);
  view.setUint32(33, half);
  const digest = await sha256(input);
  return digest.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
}

async function placeOf(x) {
  const a = Math.ceil(Math.sqrt(entrants));
  const b = Math.ceil(entrants / a);
  const rounds = entrants < 1000 ? 24 : 12;
  let place = x;
  do {
    let left = place % a;
    let right = Math.floor(place / a);
    for (let round = 0; round < rounds; round += 2) {
      left = (left + (await random(round, right))) % a;
      right = (right + (await random(round + 1, left))) % b;
    }
    place = right * a + left;
  } while (place >= entrants);
  return place;
}

// Browsers have no hashes on pages that came without https.
const verdict = document.querySelector('#verdict');
if (globalThis.crypto?.subtle) await check();

async function check() {
  const place = algorithm === 'arrival' ? entrant : await placeOf(entrant);
  const right = hex(await sha256(bytes(seed))) === hash && base + 1 + place === number;
  verdict.classList.toggle('wrong', !right);
  verdict.textContent = right ? verdict.dataset.right : verdict.dataset.wrong;
}
