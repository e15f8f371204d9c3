import type { MetricsSnapshot } from '#telemetry/merge-metrics.ts';
import type { ToParent, ToWorker } from './messages.ts';

/** How long the parent may take to gather the metrics, in ms. */
const PATIENCE = 3000;

/** A worker's side of the channel to its parent. */
export interface WorkerLink {
  /** What to do when the parent stops all workers; `drainDelay` in ms. The latest that is given counts. */
  onStop(stop: (drainDelay: number) => void): void;
  /** How this worker measures. */
  onMeasure(measure: () => Promise<MetricsSnapshot>): void;
  /** The metrics of all workers, as Prometheus reads them. */
  gather(): Promise<string>;
  tell(kind: 'listening' | 'started'): void;
}

/** @param channel the process of a worker. */
export function connectWorker(channel: Pick<NodeJS.Process, 'send' | 'on'>): WorkerLink {
  const gathering = new Map<number, (text: string) => void>();
  let lastId = 0;
  let stop: (drainDelay: number) => void = () => undefined;
  let measure: () => Promise<MetricsSnapshot> = async () => [];
  const send = (message: ToParent) => void channel.send?.(message);

  channel.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'stop':
        return stop(message.drainDelay);
      case 'measure':
        return void measure().then((snapshot) => send({ kind: 'metrics', id: message.id, snapshot }));
      case 'gathered':
        gathering.get(message.id)?.(message.text);
        gathering.delete(message.id);
    }
  });

  return {
    onStop: (given) => {
      stop = given;
    },
    onMeasure: (given) => {
      measure = given;
    },
    gather: () =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const timer = setTimeout(() => {
          gathering.delete(id);
          reject(new Error('the parent of the workers does not answer'));
        }, PATIENCE);
        gathering.set(id, (text) => {
          clearTimeout(timer);
          resolve(text);
        });
        send({ kind: 'gather', id });
      }),
    tell: (kind) => send({ kind }),
  };
}
