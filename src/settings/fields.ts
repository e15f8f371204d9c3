/** The types of the fields of settings. Each message completes a sentence that begins with the field's name. */
import { z } from 'zod';
import { isReturnUrl } from '#waiting-room/return-urls.ts';

/** An object in which an unknown key is a fault. The message lists the known ones. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `is not a known field; the known fields are ${known}` : undefined,
  });
}

/** The id of a room, which appears in paths, store keys and token audiences. */
export const roomId = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 of the characters a-z, 0-9 and -');

/** Only characters that a URL does not escape (RFC 3986 §2.3). */
export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,128}$/, 'must be 1 to 128 of the characters A-Z, a-z, 0-9, ., _, ~ and -');

/** The largest number of visitors inside at once. */
export const size = z.int().min(1);

/** What a raise counts. */
export const unit = z
  .enum(['people', 'numbers'])
  .describe(
    'What a raise counts: present visitors (people, the default), or numbers, whether their visitors are there or not.',
  );

/** Visitors per minute. */
export const perMinute = z.number().positive('must be more than 0').max(10_000_000);

const isHttp = (url: URL) => url.protocol === 'https:' || url.protocol === 'http:';
const hasNoCredentials = (url: URL) => url.username === '' && url.password === '';
const canParse = (text: string) => URL.canParse(text) && text.trim() === text;

/** An absolute http or https URL, without credentials. */
export const httpUrl = z
  .string()
  .refine((text) => canParse(text) && isHttp(new URL(text)) && hasNoCredentials(new URL(text)), {
    error: 'must be an absolute http or https URL without a user name',
  })
  .meta({ format: 'uri' });

const CALLED =
  "The service calls it. It must not lead to the service's own machine, to a link-local address or to a cloud's metadata service, unless ALLOW_PRIVATE_TARGETS is set.";

/** One that the service itself calls. Where it may lead is checked by `outbound`. */
export const calledUrl = httpUrl.meta({ format: 'uri', description: CALLED });

/** The same without a fragment, which is never sent to a server. */
export const calledUrlWithoutFragment = httpUrl
  .refine((text) => !text.includes('#'), { error: 'must have no fragment' })
  .meta({ format: 'uri', description: CALLED });

/** Whether return URLs can be under a prefix. What is no web URL is refused as such. */
function canMatch(prefix: string): boolean {
  const url = URL.parse(prefix);
  return !url || !isHttp(url) || !hasNoCredentials(url) || isReturnUrl(url.href, [prefix]);
}

/** An origin and a path prefix, without a query or fragment, under which there are return URLs. */
export const urlPrefix = httpUrl
  .refine((text) => !/[?#]/.test(text), { error: 'must be an origin and a path, without query and fragment' })
  .refine((text) => !text.includes('*'), {
    error: 'must have no *: it allows every path below it, and each host needs an entry of its own',
  })
  .refine(canMatch, { error: 'can never match: URLs with dot segments or backslashes are refused' });

/** A web origin (RFC 6454 §6.2), as browsers send it in `Origin`. */
export const webOrigin = z
  .string()
  .refine((text) => canParse(text) && isHttp(new URL(text)) && new URL(text).origin === text, {
    error: 'must be an http or https origin in lower case without a path, such as https://shop.example',
  })
  .refine((text) => text === '*' || !text.includes('*'), { error: 'must have no *: name each origin' });

/**
 * A redirect URI: a web URL, or an app's private-use scheme, which is a reversed domain name and therefore contains a
 * dot (RFC 8252 §7.1). It must not have a fragment (RFC 6749 §3.1.2).
 */
export const redirectUri = z
  .string()
  .refine(
    (text) => {
      if (!canParse(text)) return false;
      const url = new URL(text);
      return (isHttp(url) || url.protocol.includes('.')) && hasNoCredentials(url) && !text.includes('#');
    },
    {
      error:
        'must be an absolute http or https URL or a private-use scheme (com.example.app:/…), without a user name or fragment',
    },
  )
  .meta({ format: 'uri' });

/** A resource indicator: an absolute URI, which need not be reachable, without a fragment (RFC 8707 §2). */
export const resource = z
  .string()
  .refine((text) => canParse(text) && !text.includes('#'), {
    error: 'must be an absolute URI without a fragment, such as https://api.example/ or urn:example:api',
  })
  .meta({ format: 'uri' });
