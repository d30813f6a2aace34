import { randomUUID } from 'node:crypto';
import { damage, newer } from './damage.js';
import { createJournal, type Slot } from './journal.js';
import { createJournaledStore } from './journaled-store.js';
import type { KeyValue } from './key-value.js';
import { createLedger, type Ledger } from './ledger.js';
import { writeRecord } from '../record/envelope.js';
import { readStored } from './record.js';
import { identityShape, totalsShape, type Identity } from './schema.js';
import type { Store, Totals } from './store.js';

const IDENTITY = 'meta/identity';
const TOTALS = 'meta/totals';

/**
 * Opens the store in a database, or begins one in a fresh database. The database is closed with the
 * store, and when opening fails. Throws a StoreError when a record cannot be read or some are missing.
 */
export async function openStore(keyValue: KeyValue): Promise<Store> {
  try {
    const ledger = createLedger();
    const journal = createJournal(keyValue);
    const totals: Slot = { key: TOTALS, text: () => writeRecord(totalsShape, ledger.totals()) };
    const found = await load(keyValue, ledger);
    const identity = found ?? { id: randomUUID() };
    if (found === undefined) {
      const slot: Slot = { key: IDENTITY, text: () => writeRecord(identityShape, identity) };
      await journal.write({ slots: [slot, totals], durable: true, undo: () => undefined });
    }
    return createJournaledStore({
      ...identity,
      ledger,
      journal,
      totals,
      close: () => keyValue.close(),
    });
  } catch (error) {
    await keyValue.close();
    throw error;
  }
}

/** Fills the ledger; undefined when there is nothing yet. */
async function load(keyValue: KeyValue, ledger: Ledger): Promise<Identity | undefined> {
  const tables = [ledger.volumes, ledger.snapshots, ledger.attachments, ledger.nodeVolumes];
  let identity: Identity | undefined;
  let totals: Totals | undefined;
  for await (const [key, text] of keyValue.entries()) {
    const table = tables.find(({ prefix }) => key.startsWith(prefix));
    if (table !== undefined) table.load(key, text);
    else if (key === IDENTITY) identity = readStored(identityShape, key, text);
    else if (key === TOTALS) totals = readStored(totalsShape, key, text);
    else throw newer(`record ${JSON.stringify(key)} is of a kind that this driver does not know`);
  }
  if (identity === undefined && totals === undefined && keyValue.fresh) return undefined;
  if (identity === undefined) throw damage('the store has lost its identity');
  if (totals === undefined) throw damage('the store has lost its totals');
  check(ledger, totals);
  return identity;
}

function check(ledger: Ledger, totals: Totals): void {
  const [found, expected] = [ledger.totals(), totals].map(describe);
  if (found !== expected) throw damage(`the store should hold (${expected}), but holds (${found})`);
  if (ledger.names.size !== ledger.volumes.size) {
    throw damage('the store holds several volumes of the same name');
  }
  if (ledger.snapshotNames.size !== ledger.snapshots.size) {
    throw damage('the store holds several snapshots of the same name');
  }
}

function describe({ volumes, promisedBytes, attachments, snapshots }: Totals): string {
  return (
    `volumes: ${volumes}, promised bytes: ${promisedBytes}, attachments: ${attachments}, ` +
    `snapshots: ${snapshots}`
  );
}
