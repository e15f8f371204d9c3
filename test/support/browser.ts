export { type Answer, type Browser, createBrowser } from '../../crowd/browser.ts';
