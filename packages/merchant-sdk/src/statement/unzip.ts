/**
 * Reads zip archives: stored and deflated files, each checked against its length and checksum. Nothing is unpacked beyond
 * a limit, however small it was packed.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
 */
import { crc32, inflateRawSync } from 'node:zlib'

/** The bytes are no zip archive, or more than was allowed is in it. */
export class ZipUnreadable extends Error {
  override name = 'ZipUnreadable'
}

const LOCAL_HEADER = 0x04034b50
const DIRECTORY_ENTRY = 0x02014b50
const DIRECTORY_END = 0x06054b50
const DIRECTORY_END_BYTES = 22
const COMMENT_MAX_BYTES = 0xffff

/** Whether the bytes begin like an archive with files in it. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && Buffer.from(bytes.subarray(0, 4)).readUInt32LE(0) === LOCAL_HEADER
}

/**
 * The files of an archive by their names, in their order.
 * @param maxBytes of all files together, unpacked
 * @throws ZipUnreadable
 */
export function unzip(archive: Uint8Array, maxBytes: number): Map<string, Buffer> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  try {
    return readFiles(bytes, maxBytes)
  } catch (error) {
    if (error instanceof ZipUnreadable) throw error
    // A number that points outside of the bytes, or packed bytes that are none.
    throw new ZipUnreadable('The zip is damaged, or was not received whole.', { cause: error })
  }
}

function readFiles(bytes: Buffer, maxBytes: number): Map<string, Buffer> {
  const end = findDirectoryEnd(bytes)
  const files = new Map<string, Buffer>()
  let left = maxBytes
  let at = bytes.readUInt32LE(end + 16)
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new ZipUnreadable('The directory of the zip is damaged.')
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const content = readFile(bytes, at, left)
    left -= content.length
    files.set(name, content)
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return files
}

/** @param entry where the file's entry in the directory begins */
function readFile(bytes: Buffer, entry: number, maxBytes: number): Buffer {
  const method = bytes.readUInt16LE(entry + 10)
  const [crc, packedLength, length] = [16, 20, 24].map((offset) => bytes.readUInt32LE(entry + offset)) as [
    number,
    number,
    number,
  ]
  if (length > maxBytes) throw new ZipUnreadable('The zip holds more than is allowed: see "maxBytes".')
  const header = bytes.readUInt32LE(entry + 42)
  if (bytes.readUInt32LE(header) !== LOCAL_HEADER)
    throw new ZipUnreadable('A file of the zip is not where it should be.')
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28)
  const packed = bytes.subarray(start, start + packedLength)
  const content = unpack(packed, method, length)
  if (content.length !== length || crc32(content) !== crc) {
    throw new ZipUnreadable('A file of the zip is damaged: its checksum does not match.')
  }
  return content
}

function unpack(packed: Buffer, method: number, length: number): Buffer {
  if (method === 0) return packed
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: Math.max(length, 1) })
  throw new ZipUnreadable('A file of the zip is packed in a way that is not known here.')
}

function findDirectoryEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - DIRECTORY_END_BYTES - COMMENT_MAX_BYTES)
  for (let at = bytes.length - DIRECTORY_END_BYTES; at >= first; at--) {
    if (bytes.readUInt32LE(at) === DIRECTORY_END) return at
  }
  throw new ZipUnreadable('The zip has no end: it was not received whole.')
}
