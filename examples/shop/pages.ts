import type { Admission } from './admission.ts';
import { type Html, html } from './html.ts';
import { ITEM, type Sale } from './sales.ts';

/** Every page of the shop. They work without JavaScript (`stay.js` adds a countdown), and load nothing from other sites. */
export interface Pages {
  window(facts: {
    readonly inside: Admission | null;
    readonly sale: Sale | null;
    readonly isProviderUnavailable: boolean;
  }): string;
  checkout(admission: Admission, sale: Sale | null): string;
  receipt(admission: Admission, sale: Sale): string;
  /** What went wrong, why, and a way back. */
  notice(notice: Notice): string;
}

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** The identity provider's words, shown as a quotation. */
  readonly detail?: string | null;
  readonly back: { readonly href: string; readonly label: string };
}

export function createPages({
  shop,
  issuer,
  now,
}: {
  /** The shop's own public URL. */
  readonly shop: URL;
  readonly issuer: URL;
  readonly now: () => number;
}): Pages {
  const panel = new URL('admin/', directory(issuer)).href;

  function validity({ expiresAt }: Admission): Html {
    const at = new Date(expiresAt);
    const left = expiresAt - now();
    return html`${overNotice()}
    <p class="inside" data-left="${left}">You can stay for <strong>${duration(left)}</strong>, until
      <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time>.</p>`;
  }

  return {
    window: ({ inside, sale, isProviderUnavailable }) =>
      page(
        'Spring sale',
        html`
        <section class="ticket">
          <p class="eyebrow">Spring sale</p>
          <h1>A day among the bluebells</h1>
          <p>${ITEM.name}. Five thousand people want one, and the till is small. Reserve, wait for your turn, then pay.</p>
          <p class="price">${ITEM.price} <small>${ITEM.currency}</small></p>
          ${inside === null ? null : insideNotice(inside, sale)}
          ${isProviderUnavailable ? unavailableNotice(issuer) : reserveForm(inside !== null)}
        </section>
        <section>
          <h2>What to try</h2>
          <ol>
            <li>Reserve. While the demo room is full, you get a number and wait. Private windows are further visitors.</li>
            <li>On the waiting page, watch your number and the people ahead of you.</li>
            <li>Open the <a href="${panel}">control panel</a> and let people in, or leave the shop in one of the windows.</li>
            <li>Reload the waiting page, or reserve in a second tab of the same window: you keep your number.</li>
            <li>Stop the server with <code>kill -9</code> and start it again: you keep your number.</li>
            <li>Try to get around the line: <code>curl -i -X POST ${new URL('/purchase', shop).href}</code> is refused.</li>
          </ol>
          <p>This shop contains no code for waiting. It logs people in with OpenID Connect, and its identity provider,
            <code>${issuer.href}</code>, is the waiting room.</p>
        </section>`,
      ),

    checkout: (admission, sale) =>
      page(
        'Checkout',
        html`
        <section class="ticket">
          <p class="eyebrow inside">It is your turn</p>
          <h1>Checkout</h1>
          ${numberOf(admission)}
          ${validity(admission)}
          <p class="item"><span>${ITEM.name}</span> <span>${ITEM.price} ${ITEM.currency}</span></p>
          ${
            sale === null
              ? html`<form method="post" action="/purchase" class="inside"><button>Purchase now</button></form>`
              : html`<p>You have bought your ticket. <a href="/receipt">Show the receipt</a></p>`
          }
          ${leaveForm()}
        </section>`,
      ),

    receipt: (admission, sale) => {
      const at = new Date(sale.soldAt);
      const left = admission.expiresAt - now();
      return page(
        'Receipt',
        html`
        <section class="ticket">
          <p class="eyebrow">Thank you</p>
          <h1>Receipt</h1>
          <p class="number" id="receipt">${sale.receipt}</p>
          <p class="item"><span>1 × ${ITEM.name}</span> <span>${ITEM.price} ${ITEM.currency}</span></p>
          <p>Bought ${admission.number === null ? null : html`with number ${admission.number} `}at
            <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time>.</p>
          ${overNotice()}
          <p class="inside" data-left="${left}">If you leave, the next person in line gets your place at once. If you
            stay, you keep it for <strong>${duration(left)}</strong>.</p>
          ${leaveForm()}
        </section>`,
      );
    },

    notice: ({ title, text, detail, back }) =>
      page(
        title,
        html`
        <section class="ticket">
          <h1>${title}</h1>
          <p>${text}</p>
          ${detail ? html`<blockquote>${detail}</blockquote>` : null}
          <p><a class="button" href="${back.href}">${back.label}</a></p>
        </section>`,
      ),
  };
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title === 'Spring sale' ? title : `${title} · Spring sale`}</title>
  <link rel="stylesheet" href="/style.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <header><a href="/">The little ticket shop</a></header>
  <main>${content}</main>
  <footer>This is a demonstration. Nothing is sold and nothing costs money.</footer>
</body>
</html>
`.markup;
}

function numberOf({ number }: Admission): Html {
  return number === null
    ? html`<p>You are in. The identity provider gives no numbers.</p>`
    : html`<p>Your number</p><p class="number" id="number">${number}</p>`;
}

function insideNotice(admission: Admission, sale: Sale | null): Html {
  const who = admission.number === null ? 'You are inside.' : `You are inside, with number ${admission.number}.`;
  const next =
    sale === null ? html`<a href="/checkout">Go to the checkout</a>` : html`<a href="/receipt">Show the receipt</a>`;
  return html`<p role="status">${who} ${next}</p>`;
}

function unavailableNotice(issuer: URL): Html {
  return html`<div role="alert">
    <p><strong>You cannot reserve right now:</strong> the waiting room at <code>${issuer.href}</code> does not answer.</p>
    <p><a class="button" href="/">Try again</a></p>
  </div>`;
}

function reserveForm(again: boolean): Html {
  return html`<form method="post" action="/reserve"><button>${again ? 'Reserve again' : 'Reserve'}</button></form>`;
}

/** The script shows it when the stay is over, in the place of what only visitors inside can do. */
function overNotice(): Html {
  return html`<div role="status"><p id="over" hidden>Your stay is over. <a href="/reserve">Reserve again</a></p></div>
    <script type="module" src="/stay.js"></script>`;
}

function leaveForm(): Html {
  return html`<form method="post" action="/leave" class="inside"><button class="quiet">Leave</button></form>`;
}

function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

/** An issuer with a path may lack the slash that makes it a folder. */
function directory(url: URL): string {
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
