import { application, findProgram, inCache } from '../../examples/programs.ts';
import { tourOfShop } from './shop.ts';

const PYTHON = findProgram(inCache('authlib/bin/python'));

tourOfShop(
  { name: 'Authlib', command: PYTHON ?? '', args: [application('authlib/app.py')] },
  PYTHON ? undefined : 'no Python with Authlib on this machine',
);
