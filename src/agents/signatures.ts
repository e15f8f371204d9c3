/** The signatures of a request that are meant for Web Bot Auth (draft-meunier-web-bot-auth-architecture). */
import { headerOf, type SignedRequest, signatureBase } from './signature-base.ts';
import { type InnerList, type Item, isInnerList, parseDictionary, parseItem } from './structured-fields.ts';

const TAG = 'web-bot-auth';
/** The longest header that is read, in characters. */
const LONGEST = 4096;
/** Signatures of a request that are looked at. */
const MOST = 3;
/** How far an agent's clock may be ahead, in seconds. */
const TOLERANCE = 60;
/** The longest time that a signature may be good for, in seconds. */
const LONGEST_LIFE = 24 * 3600;

export interface AgentSignature {
  readonly input: InnerList;
  readonly signature: Uint8Array;
  readonly keyid: string;
  /** The origin of the agent, where the signature covers it. */
  readonly agent: string | null;
}

/** @param now in ms since the epoch. */
export function signaturesOf(request: SignedRequest, now: number): AgentSignature[] {
  const inputs = dictionaryOf(request, 'signature-input');
  const signatures = dictionaryOf(request, 'signature');
  if (!inputs || !signatures) return [];
  return [...inputs]
    .flatMap(([label, input]) => {
      const signature = signatures.get(label);
      if (!signature || isInnerList(signature) || !(signature.value instanceof Uint8Array)) return [];
      if (!isInnerList(input) || !isMeantForNow(input, now) || !coversTarget(input)) return [];
      const keyid = input.params.get('keyid');
      if (typeof keyid !== 'string') return [];
      return [{ input, signature: signature.value, keyid, agent: agentOf(request, input) }];
    })
    .slice(0, MOST);
}

/** What the signature is over; null if the request does not fit it. */
export const baseOf = ({ input }: AgentSignature, request: SignedRequest): string | null =>
  signatureBase(input, request);

function dictionaryOf(request: SignedRequest, name: string) {
  const header = headerOf(request, name);
  return header === null || header.length > LONGEST ? null : parseDictionary(header);
}

function isMeantForNow({ params }: InnerList, now: number): boolean {
  const [created, expires, alg] = [params.get('created'), params.get('expires'), params.get('alg')];
  if (params.get('tag') !== TAG || (alg !== undefined && alg !== 'ed25519')) return false;
  if (typeof created !== 'number' || typeof expires !== 'number') return false;
  const seconds = now / 1000;
  return created <= seconds + TOLERANCE && seconds < expires && expires - created <= LONGEST_LIFE;
}

/** A signature that names no host would be good at every site. */
const coversTarget = ({ items }: InnerList): boolean =>
  items.some(({ value, params }) => params.size === 0 && (value === '@authority' || value === '@target-uri'));

/** `Signature-Agent` is a dictionary, of which a member is covered, or in earlier drafts one string. */
function agentOf(request: SignedRequest, { items }: InnerList): string | null {
  const covered = items.find(({ value }) => value === 'signature-agent');
  const header = headerOf(request, 'signature-agent');
  if (!covered || header === null || header.length > LONGEST) return null;
  const key = covered.params.get('key');
  const member = typeof key === 'string' ? parseDictionary(header)?.get(key) : parseItem(header);
  return member && !isInnerList(member) ? originOf(member) : null;
}

function originOf({ value }: Item): string | null {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url && url.pathname === '/' && url.search === '' ? url.origin : null;
}
