/** Runs the scenario that the thread was started with, and answers its outcome. */
import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './run.ts';
import type { Scenario } from './scenario.ts';

parentPort?.postMessage(simulate(workerData as Scenario));
