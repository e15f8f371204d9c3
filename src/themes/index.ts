/**
 * How operators dress the pages: what a theme may contain, and what becomes of it. It owns the checks of each part, and
 * the style sheet, logo and texts that the pages take from a theme. It knows no route and no view. It imports waiting-room.
 */
export { colourFaults, colourRules } from './colours.ts';
export { cssFaults } from './css.ts';
export type { ThemeFault } from './fault.ts';
export { type Logo, readLogo } from './logo.ts';
export { readTemplate, type Template, templateFaults } from './template.ts';
export { compileTemplate, type RenderPart, type TemplateState, type Values } from './template-tags.ts';
export { createTextFaults } from './texts.ts';
