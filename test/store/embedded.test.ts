import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { describeLineStore } from './line.contract.ts';

describeLineStore('the embedded store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-'));
  const store = openEmbeddedStore({ dir });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
});
