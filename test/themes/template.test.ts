import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTemplate, templateFaults } from '#themes/template.ts';
import { OWN_ID, RESERVED_IDS } from '#themes/template-html.ts';
import { compileTemplate, VARIABLES, type Values } from '#themes/template-tags.ts';

const messages = (source: string) => templateFaults(source).map(({ message }) => message);
const withForm = (html: string) => `<body>\n${html}\n{{{form}}}</body>`;

test("a page in the manner of Cloudflare's is accepted, and its style leaves it", () => {
  const source = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{title}} – wait</title>
<meta name="viewport" content="width=device-width"><meta name="theme-color" content="#123456">
<style>h1 { color: red }</style></head>
<body class="wait is-{{state}}"><!-- a comment {{nothing}} -->
{{#waitTimeKnown}}<p title="{{waitTimeFormatted}}">{{waitTimeHours}} h {{waitTimeHourMinutes}} min</p>{{/waitTimeKnown}}
{{^waitTimeKnown}}<p>{{#queueAll}}Paused{{/queueAll}}</p>{{/waitTimeKnown}}
<svg viewBox="0 0 1 1"><path d="M0 0h1" fill="#f00"/></svg><img src="{{logo}}" alt="">
<a href="https://shop.example/?a=1&amp;b=2" target="_blank" rel="noopener">Shop</a>
{{{form}}}</body></html>`.replace(' {{nothing}}', '');
  expect(messages(source)).toEqual([]);
  const read = readTemplate(source);
  expect(read).toMatchObject({
    title: '{{title}} – wait',
    head: '<meta name="theme-color" content="#123456">',
    attributes: ' class="wait is-{{state}}"',
    css: 'h1 { color: red }',
    hasMain: false,
  });
  expect('body' in read && read.body).toContain(
    '{{#waitTimeKnown}}<p title="{{waitTimeFormatted}}">{{waitTimeHours}} h',
  );
  expect('body' in read && read.body).not.toMatch(/style|comment/);
});

describe('what could run, load or break the page is refused by line', () => {
  test.each([
    ['<script>window.pwned = 1</script>', 'line 2 has <script>, which a template may not have: the page has its own'],
    ['<p>\n<b onclick="pwned=1">x</b></p>', 'line 3 has the event handler onclick'],
    ['<svg onload="pwned=1"></svg>', 'line 2 has the event handler onload'],
    ['<svg><foreignObject></foreignObject></svg>', 'line 2 has <foreignObject>'],
    ['<svg><script>pwned=1</script></svg>', 'line 2 has <script>'],
    ['<svg><rect fill="url(https://evil.example/x)"/></svg>', 'line 2 has url(…) in fill'],
    ['<math><mtext></mtext></math>', 'line 2 has <math>'],
    ['<iframe src="//evil.example"></iframe>', 'line 2 has <iframe>'],
    ['<object data="x"></object>', 'line 2 has <object>'],
    ['<embed src="x">', 'line 2 has <embed>'],
    ['<base href="https://evil.example/">', 'line 2 has <base>'],
    ['<link rel="stylesheet" href="https://evil.example/x.css">', 'write your style in <style>'],
    ['<meta http-equiv="refresh" content="0;url=https://evil.example">', 'line 2 has <meta http-equiv="refresh">'],
    [
      '<form action="https://evil.example"></form>',
      'line 2 has <form>, which a template may not have: the page has its',
    ],
    ['<input name="x">', 'line 2 has <input>'],
    ['<noscript><p></noscript>', 'line 2 has <noscript>'],
    ['<template><p></p></template>', 'line 2 has <template>'],
    ['<a href="javascript:pwned=1">x</a>', 'line 2 has a link to javascript:'],
    ['<a href="java&#10;script:pwned=1">x</a>', 'line 2 has a link to javascript:'],
    ['<a href=" &#1;JavaScript:pwned=1">x</a>', 'line 2 has a link to javascript:'],
    ['<a href="data:text/html,x">x</a>', 'line 2 has a link to data:'],
    ['<a href="{{message}}">x</a>', 'line 2 has a link with a tag of Mustache'],
    ['<img src="https://evil.example/x.png">', 'line 2 has an image other than'],
    ['<img src="{{message}}">', 'line 2 has an image other than'],
    ['<img src="{{logo}}" srcset="https://evil.example/x.png 2x">', 'line 2 has the attribute srcset'],
    ['<img src="{{logo}}" name="getElementById">', 'line 2 has the attribute name'],
    ['<p style="background:url(x)">x</p>', 'line 2 has a style attribute: write a class'],
    ['<p id="claim">x</p>', 'line 2 has the id claim, which the page itself has'],
    ['<p id="Anteroom-new">x</p>', 'line 2 has the id Anteroom-new, which the page itself has'],
    ['<p id="{{state}}">x</p>', 'line 2 has an id with a tag of Mustache'],
    ['<style>\np { background: url(//evil.example) }</style>', 'line 3 has url(…): a theme loads nothing'],
    ['<style>p { color: {{state}} }</style>', 'line 2 has a tag of Mustache in <style>'],
    ['<p {{state}}>x</p>', 'line 2 has a tag of Mustache among attributes'],
    ['<p title={{message}}>x</p>', 'line 2 has a tag of Mustache in title without quotes'],
    ['{{{message}}}', 'line 2 shows message without escaping it: write {{message}}'],
    ['{{&message}}', 'line 2 shows message without escaping it'],
    ['{{>partial}}', 'line 2 has the partial partial'],
    ['{{=<% %>=}}', 'line 2 changes the delimiters'],
    ['{{constructor}}', 'line 2 has constructor, which is no variable of a template'],
    ['{{title.length}}', 'line 2 has title.length, which is no variable'],
    ['{{#title}}{{.}}{{/title}}', 'line 2 has ., which is no variable'],
    ['{{form}}', 'line 2 shows form escaped'],
    ['{{#message}}', 'is not Mustache: unclosed section'],
    ['{{#message}}<p>{{/message}}x</p>', 'line 2 has {{#message}} that begins in one element'],
    [
      "<p title='{{#message}}' lang='{{/message}}\" onclick=pwned z=\"'>x</p>",
      'line 2 has {{#message}} that begins in',
    ],
    ['\uE0001\uE001', 'line 2 has a character for private use'],
    ['<div>'.repeat(200), 'has too many elements in each other'],
  ])('%s', (html, sentence) => {
    expect(messages(withForm(html)).join('\n')).toContain(sentence);
  });

  test.each([
    ['<body></body>', 'must have {{{form}}} once'],
    ['<body>{{{form}}}{{{form}}}</body>', 'must have {{{form}}} once'],
    ['<body><p>{{{form}}}</p></body>', 'line 1 has {{{form}}} in a place other than'],
    ['<body><!-- {{{form}}} --></body>', 'line 1 has {{{form}}} in a place other than'],
    ['<title>{{{form}}}</title>', 'line 1 has {{{form}}} in a place other than'],
    ['<body>{{#is_waiting}}{{{form}}}{{/is_waiting}}</body>', 'in a section: it must always be there'],
  ])('the form: %s', (html, sentence) => {
    expect(messages(html).join('\n')).toContain(sentence);
  });
});

test('values are escaped, and cannot stand for the form', () => {
  const values = Object.fromEntries(VARIABLES.map((name) => [name, ''])) as unknown as Values;
  const render = compileTemplate('<p title="{{message}}">{{message}}</p>{{{form}}}<i>{{title}}</i>');
  const [before, after] = render({ ...values, message: '"><script>\uE002</script>', title: '{{{form}}}' });
  expect(before).toBe(
    '<p title="&quot;&gt;&lt;script&gt;&lt;&#x2F;script&gt;">&quot;&gt;&lt;script&gt;&lt;&#x2F;script&gt;</p>',
  );
  expect(after).toBe('<i>{{{form}}}</i>');
});

test('a section leaves whole elements out', () => {
  const values = Object.fromEntries(VARIABLES.map((name) => [name, ''])) as unknown as Values;
  const read = readTemplate(
    '<body>{{#is_served}}<h1>Go</h1>{{/is_served}}{{^is_served}}<h1>Wait</h1>{{/is_served}}{{{form}}}',
  );
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  const render = compileTemplate(read.body);
  expect(render({ ...values, is_served: true })[0]).toBe('<h1>Go</h1>');
  expect(render({ ...values, is_served: false })[0]).toBe('<h1>Wait</h1>');
});

test("the reserved ids are those of the page's views, and new ones are named so that no template has them", () => {
  const views = ['waiting', 'layout'].map((name) => readFileSync(`views/${name}.ejs`, 'utf8')).join('');
  const ids = [...views.matchAll(/\bid="([\w-]+)"/g)].map(([, id]) => id);
  const others = ids.filter((id = '') => !OWN_ID.test(id));
  expect([...RESERVED_IDS].sort()).toEqual([...new Set(others)].sort());
  for (const id of ['offers', 'told', 'time-stopped'])
    expect(messages(`<body><p id="${id}"></p>{{{form}}}`)).toEqual([]);
});
