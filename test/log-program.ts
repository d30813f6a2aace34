import { createLog } from '../src/log.js';

/** Logs to stderr, whatever that is, once it is told to, and says on stdout that it still goes on. */
const log = createLog({ level: 'info', format: 'json' });
process.stdin.once('data', () => {
  for (let line = 0; line < 1000; line++) log.info({ line, text: 'x'.repeat(4096) }, 'a line');
  setImmediate(() => {
    log.info('one more');
    process.stdout.write('going on');
    process.stdin.destroy();
  });
});
process.stdout.write('started ');
