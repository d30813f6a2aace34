import { expect } from 'chai';
import {
  ACCESS_MODES,
  implies,
  isMultiNode,
  type AccessMode,
} from '../../src/model/access-mode.js';
import type { PublishArguments, Publication, Staging } from '../../src/model/node-volume.js';
import { decidePublish, decideUnpublish, type PublishRules } from '../../src/model/publish.js';
import {
  blockCapability,
  capableVolume,
  mountCapability,
  publication,
  publishArguments,
  RULES,
} from './samples.js';

interface Call {
  readonly target: string;
  readonly args: PublishArguments;
}

/** The answer to a call on a volume that supports everything, is attached and staged for everything. */
function answer(
  call: Call,
  existing: readonly Publication[],
  rules: Partial<PublishRules> = {},
): { answer: string; message: string } {
  const staging: Staging = {
    path: '/staging',
    readonly: false,
    capability: { ...call.args.capability, accessMode: 'MULTI_NODE_MULTI_WRITER' },
  };
  const capabilities = (['block', 'mount'] as const).map((kind) =>
    kind === 'block'
      ? blockCapability('MULTI_NODE_MULTI_WRITER')
      : mountCapability('MULTI_NODE_MULTI_WRITER'),
  );
  const verdict = decidePublish(
    { volumeId: 'vol-1', targetPath: call.target, arguments: call.args },
    {
      volume: capableVolume(...capabilities),
      attached: true,
      staging,
      publications: existing,
    },
    { ...RULES, ...rules },
  );
  return { answer: verdict.answer, message: 'message' in verdict ? verdict.message : '' };
}

/** Every way in which P can differ while the capability's mode, type and fs_type stay. */
const OTHER_ARGUMENTS: [string, (args: PublishArguments) => PublishArguments][] = [
  ['readonly', (args) => ({ ...args, readonly: true })],
  ['publish_context', (args) => ({ ...args, publishContext: { attached: 'again' } })],
  ['volume_context', (args) => ({ ...args, volumeContext: { key: 'value' } })],
  ['mount_flags', (args) => withMount(args, { mountFlags: ['noexec'] })],
  ['volume_mount_group', (args) => withMount(args, { volumeMountGroup: '1000' })],
];

function withMount(args: PublishArguments, mount: object): PublishArguments {
  return { ...args, capability: mountCapability(args.capability.accessMode, mount) };
}

describe('decidePublish', () => {
  for (const advertised of [true, false]) {
    describe(`SINGLE_NODE_MULTI_WRITER ${advertised ? 'advertised' : 'not advertised'}`, () => {
      const rules = { singleNodeMultiWriter: advertised };
      const many = (mode: AccessMode) =>
        isMultiNode(mode) || (advertised && mode === 'SINGLE_NODE_MULTI_WRITER');

      for (const mode of ACCESS_MODES) {
        const args = publishArguments(mountCapability(mode));
        const first = [publication('/a', args)];
        const otherTarget = many(mode) ? 'OK' : 'FAILED_PRECONDITION';

        it(`${mode}, T1=T2, P1=P2: OK (idempotent)`, () => {
          expect(answer({ target: '/a', args }, first, rules).answer).to.equal('OK (idempotent)');
        });
        it(`${mode}, T1!=T2, P1=P2: ${otherTarget}`, () => {
          expect(answer({ target: '/b', args }, first, rules).answer).to.equal(otherTarget);
        });
        for (const [name, change] of OTHER_ARGUMENTS) {
          it(`${mode}, T1=T2, P1!=P2 by ${name}: ALREADY_EXISTS that names it`, () => {
            const { answer: code, message } = answer(
              { target: '/a', args: change(args) },
              first,
              rules,
            );
            expect(code).to.equal('ALREADY_EXISTS');
            expect(message).to.include(name);
          });
          it(`${mode}, T1!=T2, P1!=P2 by ${name}: ${otherTarget}`, () => {
            expect(answer({ target: '/b', args: change(args) }, first, rules).answer).to.equal(
              otherTarget,
            );
          });
        }
      }
    });
  }

  describe('another capability', () => {
    for (const there of ACCESS_MODES) {
      for (const asked of ACCESS_MODES.filter((mode) => mode !== there)) {
        const first = [publication('/a', publishArguments(mountCapability(there)))];
        const args = publishArguments(mountCapability(asked));
        it(`${there} there, ${asked} at another target: FAILED_PRECONDITION`, () => {
          const { answer: code, message } = answer({ target: '/b', args }, first);
          expect(code).to.equal('FAILED_PRECONDITION');
          expect(message).to.include(there).and.include(asked).and.include('/a');
        });
        it(`${there} there, ${asked} at the same target: ALREADY_EXISTS`, () => {
          expect(answer({ target: '/a', args }, first).answer).to.equal('ALREADY_EXISTS');
        });
      }
    }

    const mode = 'MULTI_NODE_MULTI_WRITER';
    const mount = (fsType: string) => publishArguments(mountCapability(mode, { fsType }));
    const cases: [string, PublishArguments, PublishArguments, string][] = [
      ['another fs_type', mount('ext4'), mount('xfs'), 'FAILED_PRECONDITION'],
      ['an empty fs_type asked', mount('ext4'), mount(''), 'OK'],
      ['an empty fs_type there', mount(''), mount('xfs'), 'OK'],
      [
        'block there, mount asked',
        publishArguments(blockCapability(mode)),
        mount(''),
        'FAILED_PRECONDITION',
      ],
      [
        'mount there, block asked',
        mount(''),
        publishArguments(blockCapability(mode)),
        'FAILED_PRECONDITION',
      ],
    ];
    for (const [title, there, asked, expected] of cases) {
      it(`${title}, at another target: ${expected}`, () => {
        const first = [publication('/a', there)];
        expect(answer({ target: '/b', args: asked }, first).answer).to.equal(expected);
      });
    }

    it('all publications count, not only the first or the last', () => {
      const odd = publication('/b', publishArguments(mountCapability('MULTI_NODE_READER_ONLY')));
      const even = (target: string) => publication(target, publishArguments(mountCapability(mode)));
      const args = publishArguments(mountCapability(mode));
      const { answer: code, message } = answer({ target: '/d', args }, [
        even('/a'),
        odd,
        even('/c'),
      ]);
      expect(code).to.equal('FAILED_PRECONDITION');
      expect(message).to.include('/b');
    });

    it('a switched capability is named as a reason, for the one who operates the node', () => {
      const first = [publication('/a', publishArguments(mountCapability('SINGLE_NODE_WRITER')))];
      const args = publishArguments(mountCapability('SINGLE_NODE_SINGLE_WRITER'));
      expect(answer({ target: '/a', args }, first).message).to.include('drain the node');
    });
  });

  it('singleNodeWriterTargets: many lets SINGLE_NODE_WRITER be published again, and nothing else', () => {
    const rules = { singleNodeWriterTargets: 'many' } as const;
    for (const mode of ACCESS_MODES.filter((each) => each.startsWith('SINGLE_NODE_'))) {
      const args = publishArguments(mountCapability(mode));
      const many = mode === 'SINGLE_NODE_WRITER' || mode === 'SINGLE_NODE_MULTI_WRITER';
      expect(answer({ target: '/b', args }, [publication('/a', args)], rules).answer).to.equal(
        many ? 'OK' : 'FAILED_PRECONDITION',
        mode,
      );
    }
  });

  for (const mode of ACCESS_MODES.filter((each) => implies(each, 'SINGLE_NODE_WRITER'))) {
    const expected = mode === 'SINGLE_NODE_SINGLE_WRITER' ? 'FAILED_PRECONDITION' : 'OK';
    it(`singleNodeWriterTargets: many, a volume of ${mode}: ${expected}`, () => {
      const capability = mountCapability('SINGLE_NODE_WRITER');
      const args = publishArguments(capability);
      const verdict = decidePublish(
        { volumeId: 'vol-1', targetPath: '/b', arguments: args },
        {
          volume: capableVolume(mountCapability(mode)),
          attached: true,
          staging: { path: '/staging', capability, readonly: false },
          publications: [publication('/a', args)],
        },
        { ...RULES, singleNodeWriterTargets: 'many' },
      );
      expect(verdict.answer).to.equal(expected);
    });
  }

  it('lifecycle: warn lets a broken order through and says so, but no access mode', () => {
    const args = publishArguments(mountCapability('SINGLE_NODE_SINGLE_WRITER'));
    const volume = capableVolume(mountCapability('SINGLE_NODE_SINGLE_WRITER'));
    const facts = { volume, attached: false, staging: null };
    const rules = { ...RULES, lifecycle: 'warn' } as const;
    const request = { volumeId: 'vol-1', targetPath: '/b', arguments: args };
    const verdict = decidePublish(request, { ...facts, publications: [] }, rules);
    expect(verdict).to.have.property('answer', 'OK');
    expect(verdict).to.have.property('warnings').with.lengthOf(2);
    const taken = { ...facts, publications: [publication('/a', args)] };
    expect(decidePublish(request, taken, rules).answer).to.equal('FAILED_PRECONDITION');
  });

  it('no message shows a mount flag or a context', () => {
    const secret = 'password=s3cr3t';
    const args = publishArguments(
      mountCapability('MULTI_NODE_MULTI_WRITER', { mountFlags: [secret] }),
      {
        publishContext: { [secret]: secret },
        volumeContext: { [secret]: secret },
      },
    );
    const plain = publishArguments(mountCapability('MULTI_NODE_MULTI_WRITER'));
    const { answer: code, message } = answer({ target: '/a', args }, [publication('/a', plain)]);
    expect(code).to.equal('ALREADY_EXISTS');
    expect(message).to.include('mount_flags').and.not.include('s3cr3t');
  });
});

describe('decideUnpublish', () => {
  const staging = {
    path: '/staging',
    capability: mountCapability('SINGLE_NODE_WRITER'),
    readonly: false,
  };

  it('OK, whatever is at the target path, unless the volume is staged there', () => {
    for (const there of [staging, null]) {
      const verdict = decideUnpublish({ volumeId: 'vol-1', targetPath: '/a' }, there);
      expect(verdict.answer).to.equal('OK');
    }
    const verdict = decideUnpublish({ volumeId: 'vol-1', targetPath: '/staging' }, staging);
    expect(verdict.answer).to.equal('FAILED_PRECONDITION');
    expect(verdict)
      .to.have.property('message')
      .that.matches(/staged at \/staging/);
  });
});
