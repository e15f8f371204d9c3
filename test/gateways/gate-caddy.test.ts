import { describeGate } from './gate.ts';
import { startCaddy } from './gate-proxies.ts';

describeGate('Caddy', startCaddy);
