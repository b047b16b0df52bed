/**
 * Writes zip archives as every system opens them: deflated files with UTF-8 names, no extensions of the format. Contents may
 * come bit by bit; only what is compressed is held.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
 */
import { pipeline } from 'node:stream/promises'
import { crc32, createDeflateRaw } from 'node:zlib'

export interface ZipFile {
  /** With `/` between folders. */
  name: string
  content: Iterable<string> | AsyncIterable<string>
}

const VERSION = 20
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800
const DEFLATED = 8
/** From here on the format would need its 64-bit extension. Bytes. */
const LIMIT = 0xffff_ffff

/**
 * The archive. Files are read one after another, in their order.
 * @param at the time of every file; written in UTC, of which the format keeps even seconds from 1980 on
 * @throws Error for an archive of 4 GB or more, and what reading a content throws
 */
export async function zip(files: readonly ZipFile[], at: Date): Promise<Buffer> {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of files) {
    const { data, size, crc } = await deflated(content)
    const nameBytes = Buffer.from(name)
    const common = commonHeader({ at, crc, packed: data.length, size, nameLength: nameBytes.length })
    const local = Buffer.concat([u32(0x04034b50), common, nameBytes])
    // Version of the writer; then after the common part: no comment, first disk, no attributes, where the file lies.
    const entry = [u32(0x02014b50), u16(VERSION), common, u16(0), u16(0), u16(0), u32(0), u32(offset), nameBytes]
    directory.push(Buffer.concat(entry))
    parts.push(local, data)
    offset += local.length + data.length
    if (offset > LIMIT || size > LIMIT) throw new Error('The archive would be larger than 4 GB.')
  }
  const list = Buffer.concat(directory)
  const count = u16(files.length)
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(list.length), u32(offset), u16(0)]
  return Buffer.concat([...parts, list, ...end])
}

/** What the header before a file and its entry in the directory have in common. */
function commonHeader(file: { at: Date; crc: number; packed: number; size: number; nameLength: number }): Buffer {
  const { at } = file
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  const day = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  return Buffer.concat([
    ...[VERSION, FLAGS, DEFLATED, time, day].map(u16),
    ...[file.crc, file.packed, file.size].map(u32),
    ...[file.nameLength, 0].map(u16),
  ])
}

async function deflated(content: ZipFile['content']): Promise<{ data: Buffer; size: number; crc: number }> {
  let size = 0
  let crc = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const text of content) {
      const bytes = Buffer.from(text)
      size += bytes.length
      crc = crc32(bytes, crc)
      yield bytes
    }
  }
  const chunks: Buffer[] = []
  await pipeline(counted, createDeflateRaw(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) chunks.push(chunk)
  })
  return { data: Buffer.concat(chunks), size, crc }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
