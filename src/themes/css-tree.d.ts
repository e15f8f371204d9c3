/** Types of the parts of css-tree that are used. The whole package would load the syntax of every property. */
declare module 'css-tree/parser' {
  interface SyntaxFault {
    readonly message: string;
    readonly line: number;
  }
  const parse: (
    css: string,
    options: {
      readonly context?: string;
      readonly parseCustomProperty?: boolean;
      readonly onParseError: (error: SyntaxFault) => void;
    },
  ) => unknown;
  export default parse;
}

declare module 'css-tree/tokenizer' {
  export const tokenTypes: Readonly<Record<string, number>>;
  export function tokenize(css: string, onToken: (type: number, start: number, end: number) => void): void;
}

declare module 'css-tree/utils' {
  export const ident: { decode(text: string): string };
}
