import { expect } from 'chai';
import { StoreError } from '../../src/store/store.js';
import { rejectionOf } from './rejection.js';
import { attachment, nodeVolume, volume } from './samples.js';
import { makeStateDirectory, type StateDirectory } from './state-directory.js';

const SECRET = 'password=hunter2';

describe('LevelDB: the records of a store', () => {
  let directory: StateDirectory;

  beforeEach(async () => {
    directory = await makeStateDirectory();
    await directory.with(async (store) => {
      await store.putVolume(volume('a', { parameters: { note: SECRET } }));
      await store.putAttachment(attachment('a', 'node-1'));
      await store.putNodeVolume(nodeVolume('node-1', 'a'));
    });
  });

  afterEach(async () => {
    await directory.remove();
  });

  async function entries(): Promise<Map<string, string>> {
    let found: [string, string][] = [];
    await directory.tamper(async (level) => {
      found = await level.iterator().all();
    });
    return new Map(found);
  }

  async function put(key: string, text: string): Promise<void> {
    await directory.tamper((level) => level.put(key, text));
  }

  async function textOf(key: string): Promise<string> {
    const text = (await entries()).get(key);
    if (text === undefined) throw new Error(`no record ${key}`);
    return text;
  }

  /** Replaces a part of a record's text. */
  async function replace(key: string, part: string, by: string): Promise<void> {
    const text = await textOf(key);
    expect(text).to.include(part);
    await put(key, text.replace(part, by));
  }

  /** Expects that opening fails and changes no record. */
  async function refusal(): Promise<string> {
    const before = await entries();
    const { message } = await rejectionOf(directory.open(), StoreError);
    expect(await entries()).to.deep.equal(before);
    expect(message).to.include('No record was changed').and.not.include(SECRET);
    return message;
  }

  describe('one that cannot be read is named, not quoted, and keeps the store from opening:', () => {
    const whole = [
      ['empty', ''],
      ['no JSON', `{"${SECRET}`],
      ['cut short', `{"format":1,"record":{"id":"a","name":"${SECRET}`],
      ['null', 'null'],
      ['a list', `["${SECRET}"]`],
      ['without a record', '{"format":1}'],
      ['of null', '{"format":1,"record":null}'],
    ] as const;
    for (const [title, text] of whole) {
      it(title, async () => {
        await put('volume/a', text);
        expect(await refusal()).to.include('record "volume/a" cannot be read');
      });
    }

    const parts = [
      ['volume/a', '"format":2,', ''],
      ['volume/a', '"format":2,', '"format":"2",'],
      ['volume/a', '"format":2,', '"format":0,'],
      ['volume/a', '"format":2,', '"format":1.5,'],
      ['volume/a', '"format":2,', '"format":2,"more":1,'],
      ['volume/a', '"id":"a"', '"id":"b"'],
      ['volume/a', '"id":"a",', ''],
      ['volume/a', '"id":"a",', '"id":"a","more":1,'],
      ['volume/a', '"id":"a",', '"id":"a","__proto__":{},'],
      ['volume/a', '"1024"', '1024'],
      ['volume/a', '"1024"', '"-1024"'],
      ['volume/a', '"1024"', '"0x400"'],
      ['volume/a', '"1024"', '""'],
      ['volume/a', '"SINGLE_NODE_SINGLE_WRITER"', '"UNKNOWN"'],
      ['volume/a', '"kind":"mount"', '"kind":"tape"'],
      ['volume/a', '"kind":"mount"', '"kind":"block"'],
      ['volume/a', '["noatime"]', '"noatime"'],
      ['volume/a', '["noatime"]', '[null]'],
      ['volume/a', `{"note":"${SECRET}"}`, '{"note":1}'],
      ['volume/a', `{"note":"${SECRET}"}`, `["${SECRET}"]`],
      ['attachments/a', '"readonly":false', '"readonly":"no"'],
      ['attachments/a', '"volumeId":"a"', '"volumeId":"b"'],
      ['node-volumes/a', '"bootId":"boot-1"', '"bootId":null'],
      ['node-volumes/a', '"volumeId":"a"', '"volumeId":"b"'],
      ['meta/identity', '"id":"', '"name":"'],
      ['meta/totals', '"volumes":1', '"volumes":-1'],
      ['meta/totals', '"volumes":1', '"volumes":0.5'],
    ] as const;
    for (const [key, part, by] of parts) {
      it(`${key} with ${by || 'nothing'} for ${part}`.replace(SECRET, '...'), async () => {
        await replace(key, part, by);
        expect(await refusal()).to.include(`record "${key}" cannot be read`);
      });
    }
  });

  describe('one of a newer driver keeps the store from opening, and asks for that driver:', () => {
    it('of a newer format', async () => {
      await replace('volume/a', '"format":2', '"format":3');
      const message = await refusal();
      expect(message).to.include('record "volume/a" has format 3').and.include('newer');
      expect(message).to.not.include('rebuild');
    });

    it('of a kind that is not known', async () => {
      await put('lease/s', '{"format":1,"record":{}}');
      const message = await refusal();
      expect(message).to.include('record "lease/s"').and.include('newer');
      expect(message).to.not.include('rebuild');
    });
  });

  describe('that do not come to the totals keep the store from opening:', () => {
    const rows: readonly [title: string, act: () => Promise<void>, says: string][] = [
      [
        'a volume is missing',
        () => directory.tamper((level) => level.del('volume/a')),
        'should hold (volumes: 1, promised bytes: 1024, attachments: 1, snapshots: 0), but holds (volumes: 0,',
      ],
      [
        'an attachment is missing',
        () => directory.tamper((level) => level.del('attachments/a')),
        'but holds (volumes: 1, promised bytes: 1024, attachments: 0,',
      ],
      [
        'an older size is back',
        () => replace('volume/a', '"1024"', '"512"'),
        'but holds (volumes: 1, promised bytes: 512,',
      ],
      [
        'a volume is too many',
        async () => put('volume/b', (await textOf('volume/a')).replace('"a"', '"b"')),
        'but holds (volumes: 2, promised bytes: 2048,',
      ],
      [
        'the totals are missing',
        () => directory.tamper((level) => level.del('meta/totals')),
        'lost its totals',
      ],
      [
        'the identity is missing',
        () => directory.tamper((level) => level.del('meta/identity')),
        'lost its identity',
      ],
      [
        'two volumes have the same name',
        async () => {
          await put('volume/b', (await textOf('volume/a')).replace('"a"', '"b"'));
          await replace('meta/totals', '"volumes":1', '"volumes":2');
          await replace('meta/totals', '"1024"', '"2048"');
        },
        'several volumes of the same name',
      ],
    ];
    for (const [title, act, says] of rows) {
      it(title, async () => {
        await act();
        expect(await refusal())
          .to.include(says)
          .and.include('csi-mock pool rebuild');
      });
    }
  });

  it('of nodes are not counted: they may be lost with the machine, as mounts are', async () => {
    await directory.tamper((level) => level.del('node-volumes/a'));
    await directory.with(async (store) => {
      expect(store.nodeVolume('node-1', 'a')).to.equal(undefined);
      expect(store.attachedTo('node-1')).to.equal(1);
    });
  });
});
