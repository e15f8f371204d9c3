import { describeGate } from './gate.ts';
import { startTraefikStandIn } from './gate-proxies.ts';

describeGate('a stand-in for Traefik', startTraefikStandIn);
