import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createLog, type Log, type LogOptions } from '../src/log.js';

const program = fileURLToPath(new URL('log-program.js', import.meta.url));
const proto = new URL('../../proto/csi.proto', import.meta.url);

describe('createLog', () => {
  let output = '';
  const logging = (options: Partial<LogOptions> = {}): Log => {
    output = '';
    const destination = { write: (line: string) => void (output += line) };
    return createLog({ level: 'debug', format: 'json', destination, ...options });
  };
  const line = (): Record<string, unknown> => JSON.parse(output);

  it('writes one JSON object a line, with level, time and service', () => {
    logging().warn({ volume: 'v' }, 'a message');
    expect(output).to.match(/^[^\n]*\n$/);
    const { time, ...rest } = line();
    expect(rest).to.deep.equal({
      level: 'warn',
      service: 'csi-mock',
      volume: 'v',
      msg: 'a message',
    });
    expect(new Date(String(time)).toISOString()).to.equal(time);
  });

  it('leaves out what is below its level', () => {
    const log = logging({ level: 'warn' });
    log.info('not this');
    expect(output).to.equal('');
    log.error('but this');
    expect(line()).to.include({ level: 'error', msg: 'but this' });
  });

  it('writes JSON with format auto where there is no terminal', () => {
    logging({ format: 'auto' }).info('a message');
    expect(line()).to.include({ msg: 'a message' });
  });

  it('writes text with format pretty, a line for a line', () => {
    logging({ format: 'pretty' }).info({ volume: 'v', ms: 1.5 }, 'a message');
    expect(output).to.match(/^\[[^\]]*\] INFO: a message \{"volume":"v","ms":1.5\}\n$/);
  });

  describe('what is hidden', () => {
    const marked = readFileSync(proto, 'utf8').matchAll(/(\w+) = \d+ \[\(csi_secret\) = true\]/g);
    const fields = new Set(Array.from(marked, ([, name]) => String(name)));

    it('the proto marks fields as secrets', () => {
      expect(fields).to.include('secrets');
    });

    const names = [...fields, 'mount_flags', 'mountFlags'];
    const tokens = 'csi.storage.k8s.io/serviceAccount.tokens';
    for (const format of ['json', 'pretty'] as const) {
      for (const name of [...names, tokens]) {
        const value = { key: ['hunter2', { deeper: 'hunter2' }] };
        const places: [string, Record<string, unknown>][] = [
          ['at the top', { [name]: value }],
          ['inside', { request: { part: { [name]: value } } }],
          ['in a list', { requests: [[{ [name]: 'hunter2' }]] }],
          ['in an object without a prototype', { request: bare(name, 'hunter2') }],
        ];
        for (const [place, fieldsToLog] of places) {
          it(`${format}: ${name} ${place}`, () => {
            logging({ format }).info({ ...fieldsToLog, kept: 'kept' }, 'a message');
            expect(output).to.include('kept').and.to.include('[redacted]');
            expect(output).not.to.include('hunter2');
          });
        }
      }
    }
  });

  describe('errors', () => {
    it('are logged with name, message, code, stack and causes', () => {
      const root = Object.assign(new RangeError('root'), { code: 'EIO' });
      logging().error({ err: new Error('top', { cause: root }) }, 'a message');
      const { err } = line();
      expect(err).to.include({ type: 'Error', message: 'top' });
      expect(err).to.have.property('stack').that.includes('log.test');
      expect(err).to.have.nested.property('cause.type', 'RangeError');
      expect(err).to.have.nested.property('cause.message', 'root');
      expect(err).to.have.nested.property('cause.code', 'EIO');
      expect(err).to.have.nested.property('cause.stack').that.includes('log.test');
    });

    it('are logged without their other properties, which may be what the failed call was given', () => {
      logging().error({ err: Object.assign(new Error('top'), { argument: 'hunter2' }) });
      expect(output).not.to.include('hunter2');
    });

    it('that are their own cause end', () => {
      const error = new Error('round');
      error.cause = error;
      logging().error({ err: error });
      expect(line()).to.have.nested.property('err.cause.cause.message', 'round');
    });

    const others: [string, unknown, string][] = [
      ['a string', 'thrown text', 'thrown text'],
      ['an object', { argument: 'hunter2' }, 'not an Error'],
      ['null', null, 'not an Error'],
    ];
    for (const [title, thrown, message] of others) {
      it(`that are ${title} say so`, () => {
        logging().error({ err: thrown });
        expect(line()).to.have.nested.property('err.message', message);
        expect(output).not.to.include('hunter2');
      });
    }
  });

  describe('control characters', () => {
    // Carriage return, escape, delete, C1's next line and introducer, line separator.
    const acted = '\r\u001b\u007f\u0085\u009b\u2028';
    const hostile = `a\n${acted}\tb`;
    const expectHarmless = (): void => {
      expect(output).to.match(/^[^\n]*\n$/);
      for (const character of acted) expect(output).not.to.include(character);
    };

    it('are escaped in JSON, which still means the same', () => {
      logging().info({ volume: hostile }, hostile);
      expectHarmless();
      expect(line()).to.include({ volume: hostile, msg: hostile });
    });

    it('are escaped in text, in the message as in the fields', () => {
      logging({ format: 'pretty' }).info({ volume: hostile }, hostile);
      expectHarmless();
      expect(output.match(/\\u009b/g)).to.have.lengthOf(2);
    });
  });

  describe('a destination that fails ends nothing', () => {
    it('a reader that is gone', async () => {
      const child = spawn(process.execPath, [program]);
      child.stderr.destroy();
      await once(child.stderr, 'close');
      await goesOn(child);
    });

    it('a device that is full', async () => {
      const onFullDevice = ['-c', 'exec "$@" 2>/dev/full', 'sh', process.execPath, program];
      await goesOn(spawn('sh', onFullDevice));
    });
  });
});

async function goesOn(child: ChildProcessWithoutNullStreams): Promise<void> {
  const said = text(child.stdout);
  child.stdin.end('go');
  const [code] = await once(child, 'exit');
  expect([code, await said]).to.deep.equal([0, 'started going on']);
}

function bare(name: string, value: string): object {
  return Object.assign(Object.create(null), { [name]: value });
}
