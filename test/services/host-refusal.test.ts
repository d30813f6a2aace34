import { expect } from 'chai';
import type { Code } from '../../src/csi/status.js';
import { LoopError } from '../../src/host/loop-devices.js';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import { ToolError } from '../../src/host/tool.js';
import { hostRefusal } from '../../src/services/host-refusal.js';

describe('hostRefusal', () => {
  const cases: [thrown: Error, code: Code][] = [
    [new MountRefusal('symlink', 'a symlink'), 'FAILED_PRECONDITION'],
    [new LoopError('unavailable', 'no loop devices'), 'FAILED_PRECONDITION'],
    [new ToolError('missing', 'install e2fsprogs'), 'FAILED_PRECONDITION'],
    [new ToolError('not-permitted', 'not as this user'), 'FAILED_PRECONDITION'],
    [new ToolError('no-room', 'no space left'), 'RESOURCE_EXHAUSTED'],
    [new ToolError('failed', 'bad magic number'), 'INTERNAL'],
  ];
  for (const [thrown, code] of cases) {
    it(`${thrown.name}, ${thrown.message}: ${code}, in the same words`, () => {
      const status = hostRefusal(thrown);
      expect(status).to.include({ code, message: thrown.message, cause: thrown });
    });
  }

  it('knows nothing of other errors', () => {
    expect(hostRefusal(new Error('unforeseen'))).to.equal(undefined);
  });
});
