/**
 * `POST /aws/sns`: notifications of Amazon SNS, as AWS's MaxSize inlet and CloudWatch alarms send them. It owns which
 * messages are genuine, and that each counts once. What it refuses has no effect but a line in the log.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MEBIBYTE, readBody } from '#http/body.ts';
import { isClientGone } from '#http/client-gone.ts';
import type { RawHandler } from '#http/door.ts';
import { Problem } from '#http/problem.ts';
import type { Refuse } from '#http/refuse.ts';
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Operations } from '#waiting-room/operations.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createRateLimit } from '#waiting-room/rate-limit.ts';
import { type Answer, FAILED, ok, refusal, send, TOO_LONG, UNAVAILABLE, UNKNOWN_ROUTE } from '../answer.ts';
import type { AwsRoom, AwsRooms } from '../room.ts';
import { readObject } from '../shape.ts';
import { isAtEndpoint, isOfSns } from './allowed-host.ts';
import { createApply } from './apply.ts';
import { createSigningCertificates, download, SnsUnreachable } from './certificates.ts';
import { contentOf } from './content.ts';
import { type SnsMessage, snsMessageOf } from './message.ts';
import { once } from './once.ts';
import { createVerifySns } from './verify.ts';

export interface SnsDeps {
  /** AWS_SNS_TOPICS: the topics that may subscribe and send. */
  readonly topics: readonly string[];
  /** AWS_ENDPOINT_URL_SNS. */
  readonly endpoint: string | null;
  readonly rooms: AwsRooms;
  readonly store: Pick<Store, 'issuedTokens' | 'idempotency'>;
  readonly operationsOf: (by: string) => Pick<Operations, 'exits' | 'alarm'>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly refuse: Refuse;
  readonly metrics: Pick<Metrics, 'request'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

const PATH = '/aws/sns';
/** Refused messages in the log, a minute: anybody can send them. */
const LOGGED_A_MINUTE = 60;
/** Of what a refused message says, in the log. */
const SHOWN = 256;

const DONE = ok({});
const REFUSED = refusal(403, 'The message is not a signed message of a known topic');
const NO_EVENT = refusal(400, 'Invalid event ID');
const NO_CONTENT = refusal(400, 'Invalid message');

export function createSnsRoute(deps: SnsDeps): RawHandler {
  const { topics, endpoint, rooms, store, outbound, refuse, metrics, log, onError, now } = deps;
  const { issuedTokens, idempotency } = store;
  const keyAt = createSigningCertificates({ outbound, endpoint, now });
  const verify = createVerifySns({ topics, endpoint, keyAt, now });
  const apply = createApply({ issuedTokens, idempotency, operationsOf: deps.operationsOf });
  const logged = createRateLimit({ limit: LOGGED_A_MINUTE, window: 60_000, now });

  function ignore(answer: Answer, reason: string, { TopicArn: topic = '', MessageId: id = '' }: Partial<SnsMessage>) {
    if (logged.take('') === 0) {
      log.warn({ reason, topic: topic.slice(0, SHOWN), message_id: id.slice(0, SHOWN) }, 'SNS message refused');
    }
    return answer;
  }

  /** The room that the URL or the message names, or the only one. */
  async function roomOf(named: string | null): Promise<AwsRoom | null> {
    if (named !== null) return rooms.find(named);
    const [only, ...others] = await rooms.all();
    return only && others.length === 0 ? only : null;
  }

  async function confirm({ SubscribeURL = '', TopicArn }: SnsMessage): Promise<void> {
    const url = new URL(SubscribeURL);
    await download(outbound, url, isAtEndpoint(url, endpoint) ? endpoint : null);
    log.info({ topic: TopicArn }, 'SNS subscription confirmed');
  }

  /** What a genuine message asks for; an answer where it cannot be done. */
  async function read(message: SnsMessage, eventId: string | null): Promise<Answer | (() => Promise<void>)> {
    const { Type, TopicArn, SubscribeURL = '', Message, Timestamp } = message;
    if (Type === 'UnsubscribeConfirmation') {
      return async () => log.warn({ topic: TopicArn }, 'SNS subscription ended');
    }
    if (Type === 'SubscriptionConfirmation') {
      const url = URL.parse(SubscribeURL);
      if (!url || !isOfSns(url, TopicArn, endpoint)) {
        return ignore(REFUSED, 'the subscription is not confirmed at a host of SNS', message);
      }
      return () => confirm(message);
    }
    const content = contentOf(Message, Date.parse(Timestamp));
    if (!content) return ignore(NO_CONTENT, 'the message reports neither exits nor an alarm', message);
    const room = await roomOf(eventId ?? content.eventId);
    if (!room) return ignore(NO_EVENT, 'the message names no room', message);
    return () => apply(room, content, `sns:${TopicArn.split(':').at(-1)}`);
  }

  async function answer(req: IncomingMessage, query: string): Promise<Answer> {
    const message = snsMessageOf(readObject(await readBody(req, MEBIBYTE)));
    if (!message) return ignore(REFUSED, 'the body is no message of SNS', {});
    const fault = await verify(message);
    if (fault !== null) return ignore(REFUSED, fault, message);
    const act = await read(message, new URLSearchParams(query).getAll('event_id').at(-1) ?? null);
    if (typeof act !== 'function') return act;
    // SNS sends it again after a 503.
    return (await once({ idempotency, onError }, message, act)) === 'busy' ? UNAVAILABLE : DONE;
  }

  function answerOf(error: unknown): Answer {
    if (error instanceof Problem && error.code === 'payload_too_large') return TOO_LONG;
    if (error instanceof Problem) return REFUSED;
    if (error instanceof SnsUnreachable) return ignore(UNAVAILABLE, error.message, {});
    if (error instanceof AnteroomError && error.code.startsWith('store_')) return UNAVAILABLE;
    if (!isClientGone(error)) onError(error);
    return FAILED;
  }

  async function respond(req: IncomingMessage, res: ServerResponse, query: string): Promise<void> {
    const start = performance.now();
    try {
      if (!(await rooms.exist())) refuse(res, new Problem('not_found'));
      else send(res, req.method === 'POST' ? await answer(req, query) : UNKNOWN_ROUTE);
    } catch (error) {
      send(res, answerOf(error));
    } finally {
      metrics.request('aws', res.statusCode, (performance.now() - start) / 1000);
    }
  }

  return (req, res) => {
    if (!req.url?.startsWith(PATH)) return false;
    const [path, query = ''] = req.url.split(/\?(.*)/s);
    if (path !== PATH) return false;
    void respond(req, res, query);
    return true;
  };
}
