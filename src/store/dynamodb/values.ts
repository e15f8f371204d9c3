/** Converts between the service's values and those of DynamoDB. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number): AttributeValue => ({ N: String(number) });

/** A longer text is compressed: an item has at most 400 KB. */
const LONG = 4096;

/** A text of any length. */
export function packed(text: string): AttributeValue {
  return text.length < LONG ? S(text) : { B: gzipSync(text) };
}

export function unpacked(value: AttributeValue | undefined): string {
  if (value?.B) return gunzipSync(value.B).toString();
  return textOf(value);
}

export function textOf(value: AttributeValue | undefined): string {
  if (value?.S === undefined) throw new TypeError('an item of the table lacks a text');
  return value.S;
}

export function numberOf(value: AttributeValue | undefined): number {
  if (value?.N === undefined) throw new TypeError('an item of the table lacks a number');
  return Number(value.N);
}
