/** No id is longer. */
const LONGEST = 255;

/** AWS's functions take markup out of ids before they compare them. On a long text that takes time, and it is no id. */
export const withoutMarkup = (text: string): string => (text.length > LONGEST ? text : text.replace(/<[^>]*>/g, ''));

/** Letters, digits and `_`, hexadecimal or not; anything may follow. */
const FORM = /^\w{8}-\w{4}-\w{4}-\w{4}-\w{12}/;

export const hasRequestIdForm = (text: string): boolean => FORM.test(text);
