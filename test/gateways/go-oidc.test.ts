import { findProgram, inCache } from '../../examples/programs.ts';
import { tourOfShop } from './shop.ts';

const SHOP = findProgram(inCache('go-oidc/shop'));

tourOfShop({ name: 'go-oidc', command: SHOP ?? '', args: [] }, SHOP ? undefined : 'no Go on this machine');
