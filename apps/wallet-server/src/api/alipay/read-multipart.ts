/**
 * Reads the fields of a multipart/form-data body. A value is what stands between its lines, to the byte, as UTF-8: a byte order
 * mark and line breaks in it stay. A body that is not sound up to its closing line is refused as a whole.
 * Sources: RFC 7578; RFC 2046 §5.1.1.
 */
import { ContentDisposition } from '@remix-run/headers/content-disposition'
import {
  getMultipartBoundary,
  MultipartParseError,
  parseMultipart,
  type MultipartPart,
} from '@remix-run/multipart-parser'
import { WalletError } from '@tradepay/contract'

/**
 * Files are no parameters and are left out. Of a name that comes twice the last value stands.
 * @throws WalletError BODY_MALFORMED
 */
export function readMultipart(contentType: string, body: Buffer): Record<string, string> {
  const boundary = getMultipartBoundary(contentType)?.trim()
  if (!boundary) throw malformed('Its Content-Type names no boundary.')
  const fields: [string, string][] = []
  for (const part of partsOf(fromFirstLine(body), boundary)) {
    const { type, name, filename, filenameSplat } = dispositionOf(part)
    if (type !== 'form-data' || !name) throw malformed('A part has no Content-Disposition of form-data with a name.')
    const isFile = filename !== undefined || filenameSplat !== undefined
    if (!isFile) fields.push([name, Buffer.concat(part.content).toString()])
  }
  return Object.fromEntries(fields)
}

/** The vendor's clients begin a body with the line break that belongs to a boundary. */
function fromFirstLine(body: Buffer): Buffer {
  return body.subarray(body.indexOf('\r\n') === 0 ? 2 : 0)
}

function partsOf(body: Buffer, boundary: string): MultipartPart[] {
  let parts: MultipartPart[]
  try {
    parts = [...parseMultipart(body, { boundary })]
  } catch (error) {
    throw error instanceof MultipartParseError ? malformed(`${error.message}.`) : error
  }
  // Each line with the boundary begins a part, but the last. The reader takes one that stands in a part's headers for a header.
  const lines = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`).length - 1
  if (lines !== parts.length + 1) throw malformed('The headers of a part do not end.')
  return parts
}

function dispositionOf(part: MultipartPart): ContentDisposition {
  try {
    return ContentDisposition.from(part.headers['content-disposition'] ?? null)
  } catch {
    throw malformed('The headers of a part are not UTF-8.')
  }
}

const malformed = (why: string): WalletError =>
  new WalletError('BODY_MALFORMED', {}, `The body says that it is multipart/form-data, and is not. ${why}`)
