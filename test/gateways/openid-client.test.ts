import { application } from '../../examples/programs.ts';
import { tourOfShop } from './shop.ts';

tourOfShop({ name: 'openid-client', command: process.execPath, args: [application('openid-client/app.js')] });
