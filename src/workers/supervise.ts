import cluster, { type Worker } from 'node:cluster';
import { createGatherMetrics } from './gather-metrics.ts';
import type { ToParent, ToWorker } from './messages.ts';
import { afterEnd } from './restart-policy.ts';

/** How much of what a worker wrote to stderr is kept, in characters: an error with its stack. */
const KEPT = 4000;

export interface SupervisorDeps {
  readonly workers: number;
  /** Called when the first worker has applied the settings. */
  readonly onStarted: () => void;
  /** Called once, with the last error, when workers end again and again. All have ended by then. */
  readonly onFailed: (message: string) => void;
}

export interface Supervisor {
  /** Stops all workers, which answer their requests first. Resolves when all have ended. */
  stop(drainDelay: number): Promise<void>;
}

interface WorkerEnd {
  /** In ms. */
  readonly lived: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastError: string;
  readonly failures: number;
}

/** Starts this program once for each worker, and again when one ends. */
export function supervise({ workers, onStarted, onFailed }: SupervisorDeps): Supervisor {
  const gatherMetrics = createGatherMetrics();
  const running = new Map<number, Worker>();
  const listening = new Set<number>();
  const pauses = new Set<NodeJS.Timeout>();
  let hasListened = false;
  let hasStarted = false;
  let isStopping = false;
  let allEnded: () => void = () => undefined;

  cluster.setupPrimary({ stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });

  const sender = (worker: Worker) => (message: ToWorker) => void (worker.isConnected() && worker.send(message));

  /** @param failures how often in a row the worker in this place lived for a short time only. */
  function start(failures: number): void {
    const worker = cluster.fork();
    const startedAt = performance.now();
    running.set(worker.id, worker);
    let lastError = '';
    worker.process.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      lastError = (lastError + chunk.toString()).slice(-KEPT);
    });
    // A message to a worker that has just died: its exit says so.
    worker.on('error', () => undefined);
    worker.on('message', (message: ToParent) => hear(worker, message));
    worker.once('exit', (code, signal) => {
      running.delete(worker.id);
      listening.delete(worker.id);
      gatherMetrics.ended(worker.id);
      if (running.size === 0) allEnded();
      if (!isStopping) startAgain({ lived: performance.now() - startedAt, code, signal, lastError, failures });
    });
  }

  function hear(worker: Worker, message: ToParent): void {
    switch (message.kind) {
      case 'listening':
        hasListened = true;
        listening.add(worker.id);
        return;
      case 'started':
        if (!hasStarted) onStarted();
        hasStarted = true;
        return;
      case 'metrics':
        gatherMetrics.measured(worker.id, message.id, message.snapshot);
        return;
      case 'gather': {
        const { id } = message;
        const measured = [...running.values()].map((each) => ({ id: each.id, send: sender(each) }));
        void gatherMetrics.gather(measured).then((text) => sender(worker)({ kind: 'gathered', id, text }));
      }
    }
  }

  function startAgain({ lived, code, signal, lastError, failures }: WorkerEnd): void {
    const next = afterEnd({ lived, isOrderly: code === 0, hasListened, failures });
    if (next.step === 'give up') {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      const last = lastError.trim() === '' ? '' : ` Its last error:\n${lastError.trim()}`;
      void stop(0).then(() => onFailed(`A worker ended ${how} ${Math.round(lived / 1000)} s after its start.${last}`));
      return;
    }
    const pause = setTimeout(() => {
      pauses.delete(pause);
      start(next.failures);
    }, next.pause);
    pauses.add(pause);
  }

  async function stop(drainDelay: number): Promise<void> {
    isStopping = true;
    for (const pause of pauses) clearTimeout(pause);
    const ended = new Promise<void>((resolve) => {
      allEnded = resolve;
      if (running.size === 0) resolve();
    });
    for (const worker of running.values()) {
      if (listening.has(worker.id)) sender(worker)({ kind: 'stop', drainDelay });
      // It hears no message yet, and has no request to answer.
      else worker.process.kill('SIGTERM');
    }
    await ended;
  }

  for (let i = 0; i < workers; i++) start(0);
  return { stop };
}
