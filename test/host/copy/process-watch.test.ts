import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { processWatch } from '../../../src/host/copy/process-watch.js';
import { eventually } from '../../integration/eventually.js';

describe('the watch over a program', () => {
  let program: ChildProcess;
  let ended: Promise<unknown>;

  function started(command: string): ReturnType<typeof processWatch> {
    program = spawn('bash', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] });
    ended = once(program, 'close');
    return processWatch(program.pid ?? 0);
  }

  afterEach(async () => {
    program.kill('SIGKILL');
    program.stdout?.resume();
    await ended;
  });

  it('counts the looks at one that sleeps, from anew once it has done something', async () => {
    const watch = started('read line; for i in {1..100}; do echo $i; done; read line');
    await eventually(() => {
      watch.look();
      expect(watch.idleLooks).to.be.above(2);
    });
    const output = once(program.stdout ?? program, 'data');
    program.stdin?.write('go on\n');
    await output;
    watch.look();
    expect(watch.idleLooks).to.equal(0);
  });

  it('never takes one for idle that works', async () => {
    const watch = started('while :; do :; done');
    for (let look = 0; look < 20; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      watch.look();
      expect(watch.idleLooks).to.equal(0);
    }
  });

  it('tells how many bytes it has written, also after its end', async () => {
    const watch = started('printf %1000d 1; read line');
    await eventually(() => expect(watch.look()).to.be.at.least(1000));
    const before = watch.look();
    program.stdout?.resume();
    program.kill('SIGKILL');
    await ended;
    expect(watch.look()).to.equal(before);
  });
});
