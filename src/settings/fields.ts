/** The kinds of value that settings are made of. Each says what is wrong as the end of a sentence on its field. */
import { z } from 'zod';

/** An object in which a key that is not in `shape` is a fault; what is known is said with it. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `is not known here; known are ${known}` : undefined),
  });
}

/** Ids of rooms, as they stand in paths, key names and token audiences. */
export const roomId = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 of the characters a-z, 0-9 and -');

/** Characters that no URL has to escape (RFC 3986 §2.3). */
export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,128}$/, 'must be 1 to 128 of the characters A-Z, a-z, 0-9, ., _, ~ and -');

/** How many people may be inside at once. */
export const size = z.int().min(1);

/** People a minute. */
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

/** The same where a fragment would be sent to nobody. */
export const httpUrlWithoutFragment = httpUrl.refine((text) => !text.includes('#'), {
  error: 'must have no fragment',
});

/** An origin and a path prefix: nothing after the path. */
export const urlPrefix = httpUrl.refine((text) => !/[?#]/.test(text), {
  error: 'must be an origin and a path, without query and fragment',
});

/**
 * Where an authorization response may go: a web URL, or an app's private-use scheme, which has a dot in it since it
 * is a domain name in reverse (RFC 8252 §7.1). Never a fragment (RFC 6749 §3.1.2).
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
      error: 'must be an absolute http or https URL, or one of a private-use scheme (com.example.app:/…), no fragment',
    },
  )
  .meta({ format: 'uri' });

/** A resource indicator: an absolute URI, which need not lead anywhere, without a fragment (RFC 8707 §2). */
export const resource = z
  .string()
  .refine((text) => canParse(text) && !text.includes('#'), {
    error: 'must be an absolute URI without a fragment, as https://api.example/ or urn:example:api',
  })
  .meta({ format: 'uri' });
