import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RASTERS } from '#themes/images.ts';
import { readLogo } from '#themes/logo.ts';
import { readSvg } from '#themes/svg.ts';

const url = (type: string, bytes: Buffer) => `data:image/${type};base64,${bytes.toString('base64')}`;
const chunk = (type: string, data: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
};
function png(width: number, height: number, more = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const picture = [
    chunk('IHDR', head),
    more,
    chunk('IDAT', deflateSync(Buffer.alloc(2))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...picture]);
}
const jpeg = (...segments: string[]) =>
  Buffer.from(`ffd8${segments.join('')}ffc0000b080010002001011100ffda0008010100003f00aaffd9`, 'hex');
function webp(...chunks: [string, Buffer][]): Buffer {
  const body = chunks.map(([type, data]) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([Buffer.from(type), length, data, Buffer.alloc(data.length % 2)]);
  });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(Buffer.concat(body).length + 4);
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), ...body]);
}
const VP8L = Buffer.from('2f0f00000000000000000000', 'hex');

describe('a raster image', () => {
  test.each([
    ['png', png(16, 16), png(16, 16, chunk('tEXt', Buffer.from('secret')))],
    ['jpeg', jpeg(), jpeg('ffe10008736563726574', 'fffe0008736563726574')],
    ['webp', webp(['VP8L', VP8L]), webp(['VP8L', VP8L], ['EXIF', Buffer.from('secret')])],
  ])('loses its metadata and what is behind it: %s', (type, clean, dirty) => {
    expect(dirty.toString('latin1')).toContain('secret');
    const read = readLogo(url(type, Buffer.concat([dirty, Buffer.from('<script>')])));
    expect(read).toEqual({ type: `image/${type}`, extension: type, bytes: clean });
  });

  test('loses a second image behind its end, and APP segments that are no colour profile', () => {
    const profile = `ffe2000e${Buffer.from('ICC_PROFILE\0').toString('hex')}`;
    const multiPicture = 'ffe200084d5046002a00';
    const second = jpeg('ffe10008736563726574');
    const read = readLogo(url('jpeg', Buffer.concat([jpeg(profile, multiPicture), second])));
    expect(read).toEqual({ type: 'image/jpeg', extension: 'jpeg', bytes: jpeg(profile) });
  });

  test('keeps every scan of a progressive JPEG, with its restarts and stuffed bytes', () => {
    const scan = 'ffda0008010100003f00aaff00bbffd0cc';
    const bytes = Buffer.from(`ffd8ffffc2000b080010002001011100${scan}ffc40003aa${scan}ffd9`, 'hex');
    const clean = Buffer.from(`ffd8ffc2000b080010002001011100${scan}ffc40003aa${scan}ffd9`, 'hex');
    expect(readLogo(url('jpeg', bytes))).toEqual({ type: 'image/jpeg', extension: 'jpeg', bytes: clean });
  });

  test.each([
    ['webp', webp(['VP8X', Buffer.alloc(0)])],
    ['webp', webp(['VP8X', Buffer.alloc(1)], ['VP8L', VP8L])],
    ['jpeg', Buffer.from('ffd8ffc00000ffda0000ffd9', 'hex')],
    ['jpeg', Buffer.from('ffd8ffc0', 'hex')],
  ])('that is broken is refused: %s %#', (type, bytes) => {
    expect(readLogo(url(type, bytes))).toEqual({ fault: expect.stringContaining('must be a whole') });
  });

  const samples = {
    png: png(16, 16),
    jpeg: jpeg('ffe00007aabbcc'),
    webp: webp(['VP8X', Buffer.alloc(10)], ['VP8L', VP8L]),
  };
  test.each(Object.entries(samples))('is read or refused, whatever its bytes are: %s', (type, sample) => {
    const read = RASTERS[`image/${type}`] ?? (() => null);
    const change = fc.record({
      at: fc.nat(sample.length - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 255)),
    });
    const changed = fc
      .tuple(fc.array(change, { maxLength: 6 }), fc.nat(sample.length), fc.uint8Array({ maxLength: 20 }))
      .map(([changes, cut, more]) => {
        const bytes = Buffer.from(sample);
        for (const { at, byte } of changes) bytes[at] = byte;
        return Buffer.concat([bytes.subarray(0, cut || bytes.length), more]);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          changed,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (bytes) => {
          const image = read(bytes);
          // What is written is a whole image again.
          if (image) expect(read(image.bytes)).toEqual(image);
        },
      ),
    );
  });

  test.each([
    ['text', 'must be a data URL'],
    ['data:text/html,<script>', 'must be a data URL of'],
    ['data:image/gif;base64,R0lGODlhAQAB', 'must be a data URL of'],
    ['https://evil.example/x.png', 'must be a data URL of'],
    [url('png', jpeg()), 'must be a whole image/png'],
    [url('jpeg', Buffer.from('<svg onload=alert(1)>')), 'must be a whole image/jpeg'],
    [url('png', png(16, 16).subarray(0, 40)), 'must be a whole image/png'],
    [url('png', png(16, 3000)), 'must have at most 2048 × 2048 pixels: it has 16 × 3000'],
    [url('png', png(0, 16)), 'must have at most'],
    [url('png', Buffer.concat([png(16, 16), Buffer.alloc(32_768)])), 'must be at most 32 KiB'],
    ['data:image/svg+xml,%E0%A4%A', 'must be a data URL: what follows'],
  ])('that is something else is refused: %s', (logo, reason) => {
    expect(readLogo(logo)).toEqual({ fault: expect.stringContaining(reason) });
  });
});

const drawing = (inner: string, more = '') => `<svg xmlns="http://www.w3.org/2000/svg"${more}>\n${inner}</svg>`;

describe('an SVG', () => {
  test('keeps its shapes, and nothing that a drawing program left behind', () => {
    const source = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">
      ${drawing(
        `<metadata><x/></metadata><i:view i:a="1"><path/></i:view>
        <defs><linearGradient id="a"/></defs><style>.b { fill: url(#a) }</style>
        <path class="b" fill="url('#a')" i:label="secret" d="M0 0"/><use x:href="#a"/>`,
        ' xmlns:i="http://inkscape.example/" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"',
      )}`;
    const read = readSvg(source);
    const { svg } = read as { svg: string };
    expect(read).not.toHaveProperty('fault');
    expect(svg).toContain('viewBox="0 0 9 9"');
    expect(svg).toContain('<use xlink:href="#a">');
    expect(svg).toContain('fill="url(\'#a\')"');
    expect(svg).not.toMatch(/metadata|view>|secret|inkscape|DOCTYPE/);
    // What is written is read again, to the same.
    expect(readSvg(svg)).toEqual({ svg });
  });

  test('of the service is accepted', () => {
    expect(readSvg(readFileSync('assets/icon.svg', 'utf8'))).toHaveProperty('svg');
  });

  /** Each part shows the one before it ten times. */
  const nested = (part: (id: number, inner: string) => string, ten: (id: number) => string) =>
    Array.from({ length: 8 }, (_, id) => part(id, id === 0 ? '<path/>' : ten(id - 1))).join('') + ten(7);
  const uses = nested(
    (id, inner) => `<g id="a${id}">${inner}</g>`,
    (id) => `<use href="#a${id}"/>`.repeat(10),
  );

  test.each([
    ['use', uses],
    ['xlink:href', uses.replaceAll('href', 'xmlns:x="http://www.w3.org/1999/xlink" x:href')],
    ['the other of two hrefs', uses.replaceAll('href', 'xmlns:x="http://www.w3.org/1999/xlink" x:href="#b" href')],
    ['use of itself', '<g id="a"><use href="#a"/></g>'],
    [
      'patterns',
      nested(
        (id, inner) => `<pattern id="a${id}">${inner}</pattern>`,
        (id) => `<path fill="url(#a${id})"/>`.repeat(10),
      ),
    ],
    [
      'inherited patterns',
      nested(
        (id, inner) => `<pattern id="a${id}">${inner}</pattern>`,
        (id) => `<g fill="url('#a${id}')">${'<path/>'.repeat(10)}</g>`,
      ),
    ],
    [
      'masks by classes',
      `<style>${[...'01234567'].map((id) => `.a${id}{mask:url(#a${id})}`).join('')}</style>${nested(
        (id, inner) => `<mask id="a${id}">${inner}</mask>`,
        (id) => `<path class="a${id}"/>`.repeat(10),
      )}`,
    ],
    ['many uses of much', `<g id="a">${'<path/>'.repeat(600)}</g>${'<use href="#a"/>'.repeat(600)}`],
  ])('that shows parts in each other without end is refused: %s', (_, inner) => {
    expect(readSvg(drawing(inner))).toEqual({ fault: expect.stringContaining('it shows more than') });
  });

  test('may show parts again', () => {
    const shapes = '<path fill="url(#g)"/>'.repeat(40);
    const parts = `<linearGradient id="g"/><radialGradient id="r" href="#g"/><clipPath id="c"><path/></clipPath>
      <symbol id="s">${shapes}</symbol><g id="t" clip-path="url(#c)">${'<use href="#s"/>'.repeat(4)}</g>`;
    expect(readSvg(drawing(`${parts}<use href="#t"/><use href="#t"/>`))).toHaveProperty('svg');
  });

  test('is read or refused, whatever is in it', () => {
    const piece = fc.constantFrom(
      ...[
        '<g>',
        '</g>',
        '<style>',
        '</style>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<use href="#a"/>',
        'url(#a)',
        '&#0;',
      ],
      ...['<g id="a">', '{', '}', '@import', '<', '&amp;', '<x:y/>', '</svg>', '\u{10ffff}', '\ud800', '\0', ' a="b"'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 }), (pieces) => {
        const read = readSvg(drawing(pieces.join('')));
        if ('svg' in read) expect(readSvg(read.svg)).toEqual(read);
      }),
    );
  });

  test.each([
    [drawing('<style>@im<![CDATA[port "//evil.example"]]>;</style>'), 'its style: line 2 has @import'],
    [drawing('<style>p { fill: u<![CDATA[rl(//evil.example)]]> }</style>'), 'its style: line 2 has url('],
    [drawing('<style>p { fill: u<!-- -->rl(//evil.example) }</style>'), 'its style: line 2 has url('],
    [drawing('<style>p { fill: u<x:y xmlns:x="x"/>rl(//evil.example) }</style>'), '<x:y> in <style>'],
    [drawing('<style><title>p</title></style>'), '<title> in <style>'],
    [drawing('<script>alert(1)</script>'), 'line 2 has <script>'],
    [drawing('<g>\n<path onclick="alert(1)"/></g>'), 'line 3 has the event handler onclick'],
    [drawing('', ' onload="alert(1)"'), 'the event handler onload'],
    [drawing('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'), '<foreignObject>'],
    [drawing('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'), '<h:script> of HTML'],
    [drawing('<a href="javascript:alert(1)"><path/></a>'), '<a>'],
    [drawing('<use href="https://evil.example/x.svg#a"/>'), 'href to something outside'],
    [drawing('<use href="data:image/svg+xml,x#a"/>'), 'href to something outside'],
    [drawing('<image href="#a"/>'), '<image>'],
    [drawing('<animate attributeName="href" to="javascript:alert(1)"/>'), '<animate>'],
    [drawing('<set attributeName="onload" to="alert(1)"/>'), '<set>'],
    [drawing('<style>@import "https://evil.example/";</style>'), 'its style: line 2 has @import'],
    [drawing('<style><![CDATA[p { background: url(//evil.example) }]]></style>'), 'its style: line 2 has url('],
    [drawing('<path style="fill: u\\72l(//evil.example)"/>'), 'url(…) in style'],
    [drawing('<path fill="url(https://evil.example/#a)"/>'), 'url(…) in fill'],
    [`<!DOCTYPE svg [<!ENTITY a "b">]>${drawing('&a;')}`, 'a DOCTYPE with declarations'],
    [`<?xml-stylesheet href="//evil.example"?>${drawing('')}`, '<?xml-stylesheet?>'],
    [drawing('&nbsp;'), 'is not XML'],
    [drawing('<g>'), 'is not XML'],
    ['<html xmlns="http://www.w3.org/1999/xhtml"/>', 'another element than <svg>'],
    ['<svg/>', 'another element than <svg>'],
    ['', 'is not XML'],
    [drawing('<g>'.repeat(99) + '</g>'.repeat(99)), 'too many elements in each other'],
  ])('that runs or loads something is refused: %j', (source, reason) => {
    expect(readSvg(source)).toEqual({ fault: expect.stringContaining(reason) });
  });
});
