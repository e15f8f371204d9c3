/**
 * Several processes of the service on one port (`WORKERS`), by node:cluster. The parent supervises them and serves no
 * request: it starts workers again, stops them together, and adds up their metrics. It knows neither the service nor its
 * store. It imports telemetry.
 */
export { connectWorker, type WorkerLink } from './connect-worker.ts';
export { type Supervisor, supervise } from './supervise.ts';
