import type { FileHandle } from 'node:fs/promises';
import { seekData, seekHole } from '../syscalls.js';
import { goOn, type CopyRun } from './copy-run.js';

/** What is read and written at a time. */
const CHUNK_BYTES = 2 ** 20;

const ZEROS = Buffer.alloc(CHUNK_BYTES);

export interface ImagePass {
  readonly source: FileHandle;
  readonly target: FileHandle;
  /** How much of the source, from its start. */
  readonly bytes: number;
  readonly run: CopyRun;
}

/** Copies all but the holes to a target that is one hole. */
export async function copyAll(pass: ImagePass): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for await (const { at, data } of chunks(pass.source, 0, pass, buffer)) {
    if (!isZero(data)) await write(pass.target, data, at);
  }
}

/** Writes to the target what differs from the source by now. */
export async function copyDifferences(pass: ImagePass): Promise<void> {
  const [ours, theirs] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  let end = 0;
  for await (const { at, data } of chunks(pass.source, 0, pass, theirs)) {
    await clear(end, at);
    end = at + data.length;
    const before = await read(pass.target, ours.subarray(0, data.length), at);
    if (!before.equals(data)) await write(pass.target, data, at);
  }
  await clear(end, pass.bytes);

  /** Zeroes what was copied before the source became a hole there. */
  async function clear(from: number, to: number): Promise<void> {
    const { target, run } = pass;
    for await (const { at, data } of chunks(target, from, { bytes: to, run }, ours)) {
      if (!isZero(data)) await write(target, ZEROS.subarray(0, data.length), at);
    }
  }
}

/** What is in no hole, from a place up to another, each piece in the same buffer. */
async function* chunks(
  file: FileHandle,
  from: number,
  { bytes, run }: Pick<ImagePass, 'bytes' | 'run'>,
  buffer: Buffer,
): AsyncGenerator<{ readonly at: number; readonly data: Buffer }> {
  let at = from;
  while (at < bytes) {
    const start = seekData(file.fd, at);
    if (start === undefined || start >= bytes) return;
    const end = Math.min(seekHole(file.fd, start), bytes);
    for (at = start; at < end; at += CHUNK_BYTES) {
      goOn(run);
      const length = Math.min(CHUNK_BYTES, end - at);
      yield { at, data: await read(file, buffer.subarray(0, length), at) };
      run.progress(at + length);
    }
    at = end;
  }
}

/** Fills the buffer; beyond the end of the file there are zeros. */
async function read(file: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, {
      offset: filled,
      position: position + filled,
    });
    if (bytesRead === 0) return buffer.fill(0, filled);
    filled += bytesRead;
  }
  return buffer;
}

async function write(file: FileHandle, data: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < data.length) {
    const { bytesWritten } = await file.write(data, written, undefined, position + written);
    written += bytesWritten;
  }
}

function isZero(data: Buffer): boolean {
  return data.equals(ZEROS.subarray(0, data.length));
}
