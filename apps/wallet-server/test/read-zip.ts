/**
 * Reads a zip archive the way strangers do: from its end, by the directory, checking every size, flag and checksum on the way.
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { expect } from 'vitest'

/** Texts by name, in the order of the directory. */
export function readZip(bytes: Buffer): Record<string, string> {
  const end = bytes.subarray(-22)
  expect(end.readUInt32LE(0)).toBe(0x06054b50)
  const [count, size, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)]
  expect(start + size).toBe(bytes.length - 22)
  // Without a prototype: any name is a name.
  const files = Object.create(null) as Record<string, string>
  let at = start
  let expectedOffset = 0
  for (let file = 0; file < count; file++) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50)
    const nameLength = bytes.readUInt16LE(at + 28)
    const offset = bytes.readUInt32LE(at + 42)
    expect(offset).toBe(expectedOffset)
    expect(bytes.readUInt32LE(offset)).toBe(0x04034b50)
    // Version, flags, method, time, checksum, sizes and lengths are said twice, and alike.
    expect(bytes.subarray(offset + 4, offset + 30).equals(bytes.subarray(at + 6, at + 32))).toBe(true)
    const name = bytes.subarray(at + 46, at + 46 + nameLength)
    expect(bytes.subarray(offset + 30, offset + 30 + nameLength).equals(name)).toBe(true)
    const dataStart = offset + 30 + nameLength
    const packed = bytes.readUInt32LE(at + 20)
    const content = inflateRawSync(bytes.subarray(dataStart, dataStart + packed))
    expect(content.length).toBe(bytes.readUInt32LE(at + 24))
    expect(crc32(content)).toBe(bytes.readUInt32LE(at + 16))
    files[name.toString()] = content.toString()
    expectedOffset = dataStart + packed
    at += 46 + nameLength
  }
  expect(at).toBe(start + size)
  return files
}
