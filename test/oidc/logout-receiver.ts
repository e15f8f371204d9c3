/** A relying party's back channel: accepts logout tokens, or answers as the test says. */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface BackChannel {
  readonly uri: string;
  /** Logout tokens in order of arrival. */
  readonly tokens: string[];
  /** The greatest number of calls open at the same time. */
  readonly mostOpen: () => number;
  /** Answers a call, or leaves it open. Answers 200 at first. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export const answers = (status: number) => (response: ServerResponse) => void response.writeHead(status).end();

export async function startBackChannel(): Promise<BackChannel> {
  let [open, most] = [0, 0];
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++open);
    response.on('close', () => {
      open -= 1;
    });
    const token = new URLSearchParams(await text(request)).get('logout_token');
    backChannel.tokens.push(token ?? '');
    backChannel.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const backChannel: BackChannel = {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout?from=anteroom`,
    tokens: [],
    mostOpen: () => most,
    answer: answers(200),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return backChannel;
}
