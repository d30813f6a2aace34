import { createMemory } from './memory.js';
import { openStore } from '../../src/store/open-store.js';
import { storeContract } from './store-contract.js';

storeContract('in memory', async () => {
  const memory = createMemory();
  return { open: () => openStore(memory.open()), remove: async () => memory.content.clear() };
});
