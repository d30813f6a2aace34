import { expect } from 'chai';
import { play } from '../../demo/demo.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from '../integration/driver-under-test.js';

describe('the demo', () => {
  const driver = withDriver();

  it('plays the story of ReadWriteOncePod and leaves nothing', async () => {
    const lines: string[] = [];
    const before = mounts();
    await play(driver.endpoint, (line) => lines.push(line));
    expect(lines).to.have.lengthOf(7);
    expect(lines[2]).to.match(/^3\..*refused.*SINGLE_NODE_SINGLE_WRITER allows one target path/);
    expect(lines[5]).to.include('hello from pod-3');
    expect(lines[6]).to.include(' 0 volumes are left');
    expect(mounts()).to.deep.equal(before);
  });
});

/** Others may mount and unmount meanwhile. */
function mounts(): string[] {
  return mountsBelow('/').filter((line) => line.includes('csi-mock-demo-'));
}
