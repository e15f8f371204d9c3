import { describe, expect, test } from 'vitest';
import { cssFaults } from '#themes/css.ts';

const messages = (css: string) => cssFaults(css).map(({ message }) => message);

test.each([
  'body { background: linear-gradient(90deg, #fff, #eee); font-family: Georgia, serif }',
  ':root { --ink: #000 } @media (width < 40rem) { main { border: 0 } }',
  '@supports (display: grid) { .actions { display: grid; gap: calc(1rem + 2px) } }',
  '@keyframes drift { from { opacity: 0 } to { opacity: 1 } }',
  '.a::before { content: "url(https://evil.example/)" } /* @import "x" */',
  'a:not(.button):is(:hover, :focus-visible) { color: color-mix(in srgb, red, blue) }',
  '',
])('what loads nothing is accepted: %s', (css) => {
  expect(messages(css)).toEqual([]);
});

describe('what loads something, or is not CSS, is refused with its line', () => {
  test.each([
    ['@import "https://evil.example/a.css";', 'line 1 has @import'],
    ['@IMPORT url(a.css);', 'line 1 has @import'],
    ['@\\69mport "a.css";', 'line 1 has @import'],
    ['@\\000069 mport "a.css";', 'line 1 has @import'],
    ['p{}\n\n@charset "x";', 'line 3 has @charset'],
    ['@namespace svg "http://www.w3.org/2000/svg";', 'line 1 has @namespace'],
    ['@font-face { font-family: x }', 'line 1 has @font-face'],
    ['p {\n  background: url(https://evil.example/x.png);\n}', 'line 2 has url('],
    ['p { background: URL("https://evil.example/x.png") }', 'line 1 has url('],
    ['p { background: u\\72l("https://evil.example/x.png") }', 'line 1 has url('],
    ['p { background: \\75\\72\\6c(//evil.example) }', 'line 1 has url('],
    ['p { background: url(data:image/svg+xml,x) }', 'line 1 has url('],
    ['p { background: url(/admin/v1/rooms) }', 'line 1 has url('],
    ['p { background: url( "a" b) }', 'line 1 has url('],
    ['p { --x: url(//evil.example); background: var(--x) }', 'line 1 has url('],
    ['p { background: image-set("//evil.example/x" 1x) }', 'line 1 has image-set('],
    ['p { background: -webkit-image-set("//evil.example/x" 1x) }', 'line 1 has -webkit-image-set('],
    ['p { background: image("//evil.example/x") }', 'line 1 has image('],
    ['p { background: src("//evil.example/x") }', 'line 1 has src('],
    ['p { background: element(#ahead) }', 'line 1 has element('],
    ['p { width: expression(alert(1)) }', 'line 1 has expression('],
    ['p { behavior: none }', 'line 1 has a property that runs code'],
    ['p { -moz-bindin\\67: none }', 'line 1 has a property that runs code'],
    ['p { color }', 'line 1 is not CSS'],
    ['p {\n  color: red;\n  }}', 'line 3 is not CSS'],
    ['p { content: "a\n" }', 'line 1 has a text without an end'],
    ['</style><script>alert(1)</script>', 'line 1 is not CSS'],
  ])('%j', (css, reason) => {
    expect(messages(css).join('\n')).toContain(reason);
  });

  test('at most twenty times', () => {
    expect(messages('p{a:url(x)}\n'.repeat(100))).toHaveLength(20);
  });
});
