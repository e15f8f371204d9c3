import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Clients that join one after the other, on connections that are kept alive and new ones, until nothing listens any more.
 * Returns how often each status, or error, was the outcome.
 *
 * @param pause between two requests of a client, in ms.
 */
export async function joinUntilRefused(
  url: string,
  clients: number,
  pause: number,
): Promise<Map<number | string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const join = () =>
    new Promise<number | string>((resolve) => {
      const asked = request(`${url}/rooms/sale/tickets`, { method: 'POST', agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end();
    });
  const outcomes = new Map<number | string, number>();
  const all = Array.from({ length: clients }, async () => {
    for (let outcome: number | string = 201; outcome !== 'ECONNREFUSED'; ) {
      outcome = await join();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (pause > 0) await delay(pause);
    }
  });
  await Promise.all(all);
  agent.destroy();
  return outcomes;
}
