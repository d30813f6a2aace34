import { status } from '@grpc/grpc-js';
import { codeName } from '../csi/code.js';
import { WIRE_METHODS } from '../csi/wire-method.js';
import type { CallBytes, CallFacts } from './kept-call.js';

/**
 * Keeps as many calls as asked for, in as many bytes, and not one more of either: the oldest make room.
 * All is in one block of bytes, so that a call that is kept leaves nothing to the garbage collector.
 */
export interface CallMemory {
  /** Keeps a call; without its messages where they are more than the memory has. */
  add(facts: CallFacts, bytes: CallBytes): void;
  /** What is kept, the oldest first. The bytes are views: they change with the next `add`. */
  calls(): Generator<readonly [CallFacts, CallBytes]>;
  /** Forgets everything. Answers how many calls that was. */
  clear(): number;
}

/**
 * What stands before the parts of a call, each as one number: how much it takes with its parts, the
 * facts, and the lengths of the parts, -1 where there is none.
 */
const SIZE = 0;
const ID = 1;
const BEGUN_AT = 2;
const MS = 3;
const CODE = 4;
const CUT = 5;
const NODE = 6;
const METHOD = 7;
const PATH_LENGTH = 8;
const MESSAGE_LENGTH = 9;
const REQUEST_LENGTH = 10;
const RESPONSE_LENGTH = 11;
const NAME_LENGTH = 12;
const HEAD_NUMBERS = 13;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
const HEAD_BYTES = HEAD_NUMBERS * NUMBER_BYTES;

/** What stands before the messages where it is no number. */
type Texts = readonly [path: Buffer | undefined, volumeName: Buffer | undefined];

const PATHS = [...WIRE_METHODS.keys()];
const METHODS: ReadonlyMap<string, number> = new Map(PATHS.map((path, index) => [path, index]));

/** `mostBytes` must have room for a call without its messages. */
export function callMemory(mostCalls: number, mostBytes: number): CallMemory {
  const size = mostBytes - (mostBytes % NUMBER_BYTES);
  const numbers = new Float64Array(size / NUMBER_BYTES);
  const block = Buffer.from(numbers.buffer);
  const nodeIds: string[] = [];
  let count = 0;
  /** Positions count all bytes that were ever taken. What is kept is between these two. */
  let [oldest, end] = [0, 0];

  const placeOf = (position: number): number => (position % size) / NUMBER_BYTES;
  const at = (place: number): number => numbers[place] ?? 0;

  function forgetOldest(): void {
    oldest += at(placeOf(oldest) + SIZE);
    count -= 1;
    if (count > 0) oldest = next(oldest);
  }

  /** Where the call at a position begins: the rest of the block may have been too short for it. */
  function next(position: number): number {
    return at(placeOf(position)) === 0 ? position + size - (position % size) : position;
  }

  /** Makes room for so many bytes, which are never apart. Answers their position. */
  function reserve(length: number): number {
    const left = size - (end % size);
    const start = length > left ? end + left : end;
    while (count > 0 && (count >= mostCalls || start + length - oldest > size)) forgetOldest();
    if (start !== end) numbers[placeOf(end)] = 0;
    if (count === 0) oldest = start;
    end = start + length;
    count += 1;
    return start;
  }

  function numberOf(nodeId: string): number {
    const number = nodeIds.indexOf(nodeId);
    return number < 0 ? nodeIds.push(nodeId) - 1 : number;
  }

  function write(facts: CallFacts, texts: Texts, bytes: CallBytes): void {
    const [path, name] = texts;
    const [message, request, response] = bytes;
    const length = padded(HEAD_BYTES + sizeOf(texts) + sizeOf(bytes));
    const start = reserve(length);
    const place = placeOf(start);
    numbers[place + SIZE] = length;
    numbers[place + ID] = facts.id;
    numbers[place + BEGUN_AT] = facts.begunAt;
    numbers[place + MS] = facts.ms;
    numbers[place + CODE] = status[facts.code];
    numbers[place + CUT] = facts.cut ? 1 : 0;
    numbers[place + NODE] = numberOf(facts.nodeId);
    numbers[place + METHOD] = METHODS.get(facts.path) ?? -1;
    numbers[place + PATH_LENGTH] = path?.length ?? -1;
    numbers[place + NAME_LENGTH] = name?.length ?? -1;
    numbers[place + MESSAGE_LENGTH] = message?.length ?? -1;
    numbers[place + REQUEST_LENGTH] = request?.length ?? -1;
    numbers[place + RESPONSE_LENGTH] = response?.length ?? -1;
    let to = (start % size) + HEAD_BYTES;
    to += path?.copy(block, to) ?? 0;
    to += name?.copy(block, to) ?? 0;
    to += message?.copy(block, to) ?? 0;
    to += request?.copy(block, to) ?? 0;
    response?.copy(block, to);
  }

  function read(position: number): readonly [CallFacts, CallBytes] {
    const place = placeOf(position);
    let from = (position % size) + HEAD_BYTES;
    const part = (field: number): Buffer | undefined => {
      const length = at(place + field);
      if (length < 0) return undefined;
      from += length;
      return block.subarray(from - length, from);
    };
    const path = part(PATH_LENGTH)?.toString() ?? PATHS[at(place + METHOD)] ?? '';
    const facts = {
      id: at(place + ID),
      begunAt: at(place + BEGUN_AT),
      ms: at(place + MS),
      code: codeName(at(place + CODE)),
      cut: at(place + CUT) === 1,
      nodeId: nodeIds[at(place + NODE)] ?? '',
      path,
      volumeName: part(NAME_LENGTH)?.toString(),
    };
    return [facts, [part(MESSAGE_LENGTH), part(REQUEST_LENGTH), part(RESPONSE_LENGTH)]];
  }

  return {
    add(facts, bytes) {
      if (mostCalls === 0) return;
      const { path, volumeName } = facts;
      const texts: Texts = [
        METHODS.has(path) ? undefined : Buffer.from(path),
        volumeName === undefined ? undefined : Buffer.from(volumeName),
      ];
      if (padded(HEAD_BYTES + sizeOf(texts) + sizeOf(bytes)) <= size) write(facts, texts, bytes);
      else write({ ...facts, cut: true }, [texts[0], undefined], [undefined, undefined, undefined]);
    },

    *calls() {
      let position = oldest;
      for (let left = count; left > 0; left -= 1) {
        position = next(position);
        yield read(position);
        position += at(placeOf(position) + SIZE);
      }
    },

    clear() {
      const forgotten = count;
      [count, oldest] = [0, end];
      return forgotten;
    },
  };
}

function sizeOf(parts: Texts | CallBytes): number {
  let size = 0;
  for (const part of parts) size += part?.length ?? 0;
  return size;
}

/** Numbers stand only where their own size says. */
function padded(length: number): number {
  return Math.ceil(length / NUMBER_BYTES) * NUMBER_BYTES;
}
