/** What of a class file (Java Virtual Machine Specification, chapter 4) says whether it can be started. */
export interface JvmClass {
  /** Like `com.example.Main`. */
  readonly name: string;
  /** The major version of the format: 61 for Java 17, 69 for Java 25. */
  readonly majorVersion: number;
  /** Methods named `main`. */
  readonly mains: readonly { readonly access: number; readonly descriptor: string }[];
}

export const ACCESS = { public: 0x0001, private: 0x0002, static: 0x0008 } as const;

const MAGIC = 0xcafebabe;
const UTF8 = 1;
const CLASS = 7;

/** Bytes after the tag of each kind of constant, but for UTF-8 texts, which say their own length. */
const CONSTANT_SIZES: ReadonlyMap<number, number> = new Map([
  [3, 4], // Integer
  [4, 4], // Float
  [5, 8], // Long
  [6, 8], // Double
  [CLASS, 2],
  [8, 2], // String
  [9, 4], // Fieldref
  [10, 4], // Methodref
  [11, 4], // InterfaceMethodref
  [12, 4], // NameAndType
  [15, 3], // MethodHandle
  [16, 2], // MethodType
  [17, 4], // Dynamic
  [18, 4], // InvokeDynamic
  [19, 2], // Module
  [20, 2], // Package
]);

/** Long and Double take two places in the table. */
const WIDE: ReadonlySet<number> = new Set([5, 6]);

/** Longer texts are no name of ours: they are never decoded. */
const LONGEST_TEXT = 1_024;

/**
 * Reads a class file. The bytes come out of a box and may be anything: what is not a class file gives null. Takes time and
 * memory linear in their length, whatever they say.
 */
export function readJvmClass(bytes: Uint8Array): JvmClass | null {
  try {
    return read(createReader(bytes));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function read(reader: Reader): JvmClass | null {
  if (reader.u4() !== MAGIC) return null;
  reader.skip(2); // minor version
  const majorVersion = reader.u2();
  const constants = readConstants(reader);
  reader.skip(2); // access
  const name = constants.className(reader.u2());
  reader.skip(2); // super class
  reader.skip(2 * reader.u2()); // interfaces
  for (let fields = reader.u2(); fields > 0; fields -= 1) {
    reader.skip(6);
    skipAttributes(reader);
  }
  const mains: { access: number; descriptor: string }[] = [];
  for (let methods = reader.u2(); methods > 0; methods -= 1) {
    const access = reader.u2();
    const methodName = constants.text(reader.u2());
    const descriptor = constants.text(reader.u2());
    skipAttributes(reader);
    if (methodName === "main") mains.push({ access, descriptor });
  }
  return name === "" ? null : { name: name.replaceAll("/", "."), majorVersion, mains };
}

function readConstants(reader: Reader) {
  const texts = new Map<number, Uint8Array | string>();
  const classes = new Map<number, number>();
  const count = reader.u2();
  for (let index = 1; index < count; index += 1) {
    const tag = reader.u1();
    if (tag === UTF8) {
      texts.set(index, reader.bytes(reader.u2()));
    } else if (tag === CLASS) {
      classes.set(index, reader.u2());
    } else {
      const size = CONSTANT_SIZES.get(tag);
      if (size === undefined) throw new RangeError(`constant of kind ${tag}`);
      reader.skip(size);
      if (WIDE.has(tag)) index += 1;
    }
  }

  /** Each text is decoded once, however many methods name it. Empty when there is none. */
  function text(index: number): string {
    const value = texts.get(index) ?? "";
    if (typeof value === "string") return value;
    const decoded = value.length > LONGEST_TEXT ? "" : new TextDecoder().decode(value);
    texts.set(index, decoded);
    return decoded;
  }
  return { text, className: (index: number) => text(classes.get(index) ?? 0) };
}

function skipAttributes(reader: Reader): void {
  for (let attributes = reader.u2(); attributes > 0; attributes -= 1) {
    reader.skip(2);
    reader.skip(reader.u4());
  }
}

type Reader = ReturnType<typeof createReader>;

/** Reads big-endian numbers one after another; beyond the end it throws a RangeError. */
function createReader(content: Uint8Array) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let at = 0;

  /** Moves on by so many bytes and says where they began. */
  function skip(length: number): number {
    if (length > content.length - at) throw new RangeError("beyond the end");
    at += length;
    return at - length;
  }
  return {
    skip,
    u1: () => view.getUint8(skip(1)),
    u2: () => view.getUint16(skip(2)),
    u4: () => view.getUint32(skip(4)),
    bytes: (length: number) => {
      const from = skip(length);
      return content.subarray(from, from + length);
    },
  };
}
