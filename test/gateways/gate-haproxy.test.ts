import { describeGate } from './gate.ts';
import { startHaproxy } from './gate-proxies.ts';

describeGate('HAProxy', startHaproxy);
