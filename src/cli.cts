#!/usr/bin/env node
// CommonJS, because what is set here has to be set before anything else is loaded: the loader of ES modules
// reads files through libuv's threads, which are counted when the first of them is needed.
import process = require('node:process');
import v8 = require('node:v8');

// Under load V8 grows its space for new objects sixteenfold, for good. Calls make little that lasts,
// so that kept small, it takes tens of megabytes less and costs no time.
v8.setFlagsFromString('--semi-space-growth-factor=1');
// In a space that small, sharing the work costs more than the work: a collection takes a quarter of a
// millisecond alone, and many times that when it waits for a thread that a busy machine has put aside.
v8.setFlagsFromString('--no-parallel-scavenge');
// What lasts longer is collected once there is half as much again, not four times as much: the heap of
// 10,000 volumes is some 30 MB, and was 60 before anything was collected.
v8.setFlagsFromString('--heap-growing-percent=50');

// Eight callers have more to flush at once than the four threads of libuv, and would wait in line.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

// A reader that has seen enough, as `head` has, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void (async () => {
  const { dispatch } = await import('./cli/dispatch.js');
  process.exitCode = await dispatch(process.argv.slice(2), process.env, process);
  // Whatever a failure left open would keep the process alive, with nobody there to close it.
  if (process.exitCode !== 0) process.exit();
})();
