/**
 * Agents that sign their requests (Web Bot Auth: HTTP Message Signatures, RFC 9421). This folder says which of the
 * agents that a room's rules name signed a request. It does not know what the rules make of it. It fetches the keys of
 * agents that a rule names, and of no others. It imports outbound, and the form of agents from waiting-room.
 */
import { type KeyObject, verify } from 'node:crypto';
import { isAgentKey } from '#waiting-room/entry/agents.ts';
import { createDirectories, type DirectoriesDeps } from './directories.ts';
import { publicKeyOf, thumbprintOf } from './keys.ts';
import type { SignedRequest } from './signature-base.ts';
import { type AgentSignature, baseOf, signaturesOf } from './signatures.ts';

export interface AgentCheck {
  /** Which of the agents a request says to be of. It costs little and fetches nothing. */
  claimed(agents: readonly string[], request: SignedRequest): readonly string[];
  /** Which of them it is of. Never rejects. */
  verified(agents: readonly string[], request: SignedRequest): Promise<readonly string[]>;
}

export function createAgentCheck({ outbound, now }: DirectoriesDeps): AgentCheck {
  const findKey = createDirectories({ outbound, now });

  async function keyOf(agent: string, { keyid }: AgentSignature): Promise<KeyObject | null> {
    return isAgentKey(agent) ? publicKeyOf(agent) : findKey(agent, keyid);
  }

  async function isSignedBy(agent: string, signatures: readonly AgentSignature[], request: SignedRequest) {
    for (const signature of signatures.filter((each) => names(each, agent))) {
      const base = baseOf(signature, request);
      const key = base === null ? null : await keyOf(agent, signature);
      if (base !== null && key && verify(null, Buffer.from(base), key, signature.signature)) return true;
    }
    return false;
  }

  return {
    claimed(agents, request) {
      const signatures = signaturesOf(request, now());
      return agents.filter((agent) => signatures.some((each) => names(each, agent)));
    },
    async verified(agents, request) {
      const signatures = signaturesOf(request, now());
      const signed = await Promise.all(agents.map((agent) => isSignedBy(agent, signatures, request)));
      return agents.filter((_, at) => signed[at]);
    },
  };
}

const names = ({ agent: origin, keyid }: AgentSignature, agent: string): boolean =>
  isAgentKey(agent) ? keyid === thumbprintOf(agent) : origin === agent;
