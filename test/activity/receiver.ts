/** A webhook receiver that the test controls. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivery {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The events of the body. */
  readonly activities: readonly { readonly id: string; readonly type: string }[];
}

export interface Receiver {
  readonly url: string;
  readonly deliveries: Delivery[];
  /** Called with each delivery, to answer it or not. Answers 204 unless replaced. */
  answer: (response: ServerResponse, delivery: Delivery) => void;
  close(): Promise<void>;
}

export const take = (response: ServerResponse) => void response.writeHead(204).end();
export const refuse = (response: ServerResponse) => void response.writeHead(500).end('it broke');

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const delivery: Delivery = { headers: request.headers, body, activities: JSON.parse(body).activities };
      receiver.deliveries.push(delivery);
      receiver.answer(response, delivery);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries: [],
    answer: take,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
