import { expect } from 'chai';
import jspb from 'google-protobuf';

/**
 * A field as it stands on the wire, by number and without a name. Written and read by google-protobuf,
 * which shares no code with the driver's protobufjs and sees no .proto file.
 */
export interface Field {
  readonly number: number;
  write(writer: jspb.BinaryWriter): void;
  /** Reads the field that `reader` is at and expects this one's value. */
  expectIn(reader: jspb.BinaryReader): void;
}

export function text(number: number, value: string): Field {
  return field(
    number,
    (writer) => writer.writeString(number, value),
    (reader) => expect(reader.readString()).to.equal(value),
  );
}

export function flag(number: number, value: boolean): Field {
  return field(
    number,
    (writer) => writer.writeBool(number, value),
    (reader) => expect(reader.readBool()).to.equal(value),
  );
}

export function int32(number: number, value: number): Field {
  return field(
    number,
    (writer) => writer.writeInt32(number, value),
    (reader) => expect(reader.readInt32()).to.equal(value),
  );
}

/** A decimal string, because a number cannot hold every int64. */
export function int64(number: number, value: string): Field {
  return field(
    number,
    (writer) => writer.writeInt64String(number, value),
    (reader) => expect(reader.readInt64String()).to.equal(value),
  );
}

/** An enum's value, by its number. */
export function choice(number: number, value: number): Field {
  return field(
    number,
    (writer) => writer.writeEnum(number, value),
    (reader) => expect(reader.readEnum()).to.equal(value),
  );
}

export function message(number: number, ...fields: readonly Field[]): Field {
  return field(
    number,
    (writer) => writer.writeBytes(number, encode(fields)),
    (reader) => expectFields(reader.readBytes(), fields),
  );
}

/** One entry of a `map<string, string>`. */
export function entry(number: number, key: string, value: string): Field {
  return message(number, text(1, key), text(2, value));
}

export function encode(fields: readonly Field[]): Buffer {
  const writer = new jspb.BinaryWriter();
  for (const each of fields) each.write(writer);
  return Buffer.from(writer.getResultBuffer());
}

/** Expects `bytes` to hold these fields, in this order, and nothing else. */
export function expectFields(bytes: Uint8Array, fields: readonly Field[]): void {
  const reader = new jspb.BinaryReader(bytes);
  for (const each of fields) {
    expect(reader.nextField(), `field ${each.number} is there`).to.equal(true);
    expect(reader.getFieldNumber()).to.equal(each.number);
    each.expectIn(reader);
  }
  expect(reader.nextField(), 'more fields than expected').to.equal(false);
}

function field(
  number: number,
  write: (writer: jspb.BinaryWriter) => void,
  expectIn: (reader: jspb.BinaryReader) => void,
): Field {
  return { number, write, expectIn };
}
