/** Archives made by hand, byte by byte, so that they can say what no honest tool writes. */
import { crc32, gzipSync } from "node:zlib";

export interface TarMember {
  readonly name: string;
  /** As in POSIX ustar: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 directory, 6 pipe. */
  readonly type?: string;
  readonly link?: string;
  readonly body?: string;
  readonly mode?: number;
}

/** A gzipped tar with these members, in this order, whatever they are. */
export function makeTarGz(members: readonly TarMember[]): Buffer {
  return gzipSync(makeTar(members));
}

/** The tar before compression. */
export function makeTar(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap((member) => {
    const body = Buffer.from(member.body ?? "");
    return [tarHeader(member, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function tarHeader({ name, type = "0", link = "", mode = 0o644 }: TarMember, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  const put = (text: string, offset: number): number => block.write(text, offset, "utf8");
  put(name, 0);
  put(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  put(`        ${type}${link}`, 148);
  put("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

export interface ZipMember {
  readonly name: string;
  readonly body?: string;
  /** The Unix mode with its file type; 0 as tools without Unix modes write it. */
  readonly mode?: number;
  /** Claims another checksum than the body has. */
  readonly crc?: number;
}

/** A zip with stored members, in this order, whatever they are. */
export function makeZip(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body = "", mode = 0o100644, crc } of members) {
    const nameBytes = Buffer.from(name);
    const bytes = Buffer.from(body);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt32LE(0x21_0000, 6);
    shared.writeUInt32LE(crc ?? crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), shared, nameBytes, bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, mode === 0 ? 0 : 3]);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), madeBy, shared, rest, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from("PK\u0005\u0006"), end]);
}
