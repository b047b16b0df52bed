/** my.request in the host: what goes to the relay for what the program wrote, and what comes back. */
import { describe, expect, it } from 'vitest'
import { myApis } from '@tradepay/contract'
import { checkParams } from '../../src/host/check-params.ts'
import { createRequestQueue } from '../../src/host/request-queue.ts'
import { decodeResult, encodeRequest } from '../../src/host/request.ts'
import { ApiFailure } from '../../src/host/types.ts'

const encode = (given: object, api = 'request', buffer?: ArrayBuffer) =>
  encodeRequest(api, checkParams(myApis.get(api)!, given), buffer, 'pages/a/a')
const text = (body: Uint8Array | null): string | null => body && new TextDecoder().decode(body)
const received = (body: string, headers: Record<string, string> = {}, status = 200) => ({
  status,
  headers,
  body: new TextEncoder().encode(body).buffer,
})

describe('a request', () => {
  it('is a GET of 30 seconds when nothing else is said', () => {
    expect(encode({ url: 'https://shop.test/menu' })).toEqual({
      page: 'pages/a/a',
      url: 'https://shop.test/menu',
      method: 'GET',
      headers: {},
      body: null,
      timeoutMs: 30_000,
    })
  })

  it.each([
    [{ a: 1, 'b c': 'x&y' }, 'https://s/?a=1&b%20c=x%26y', 'https://s/'],
    [{ a: 1 }, 'https://s/?z=0&a=1', 'https://s/?z=0'],
    [{ o: { k: [1] } }, 'https://s/?o=%7B%22k%22%3A%5B1%5D%7D', 'https://s/'],
    ['raw=1', 'https://s/?raw=1', 'https://s/#part'],
    [{}, 'https://s/', 'https://s/'],
  ])('with GET puts data %j into the query', (data, sent, url) => {
    expect(encode({ url, data }).url).toBe(sent)
    expect(encode({ url, data }).body).toBeNull()
  })

  it.each([
    ['JSON by default', 'request', { data: { a: [1] } }, '{"a":[1]}', 'application/json'],
    [
      'a form for httpRequest',
      'httpRequest',
      { data: { a: 1, b: 'x y' } },
      'a=1&b=x%20y',
      'application/x-www-form-urlencoded',
    ],
    [
      'a form when the header says so',
      'request',
      { data: { a: 1 }, headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' } },
      'a=1',
      'application/x-www-form-urlencoded; charset=utf-8',
    ],
    ['a text as it is', 'request', { data: 'plain', header: { 'content-type': 'text/plain' } }, 'plain', 'text/plain'],
    ['nothing when there is no data', 'request', {}, null, 'application/json'],
  ])('with POST sends %s', (_name, api, given, body, type) => {
    const request = encode({ url: 'https://s/', method: 'post', ...given }, api)
    expect([request.method, text(request.body), request.headers['content-type']]).toEqual(['POST', body, type])
  })

  it('sends binary data as it is', () => {
    expect(encode({ url: 'https://s/', method: 'PUT' }, 'request', new Uint8Array([1, 0, 255]).buffer).body).toEqual(
      new Uint8Array([1, 0, 255]),
    )
  })

  it('drops the headers that the container decides, and takes numbers as values', () => {
    const { headers } = encode({
      url: 'https://s/',
      headers: { Referer: 'x', Cookie: 'x', HOST: 'x', Origin: 'x', 'X-Count': 3 },
    })
    expect({ ...headers }).toEqual({ 'x-count': '3' })
  })

  it('waits no longer than two minutes', () => {
    expect(encode({ url: 'https://s/', timeout: 9_000_000 }).timeoutMs).toBe(120_000)
    expect(encode({ url: 'https://s/', timeout: '5000' }).timeoutMs).toBe(5_000)
  })

  it.each([
    ['no url', {}, /url is missing/],
    ['a relative url', { url: '/menu' }, /whole address/],
    ['another scheme', { url: 'ftp://s/' }, /must be https/],
    [
      'a url over 8,192 characters after the query',
      { url: 'https://s/', data: { a: 'x'.repeat(9_000) } },
      /longer than 8192/,
    ],
    ['headers that are a text', { url: 'https://s/', headers: 'x' }, /headers must be an object/],
    ['a header that is an object', { url: 'https://s/', headers: { a: {} } }, /not a text at "a"/],
    ['an unknown dataType', { url: 'https://s/', dataType: 'xml' }, /dataType must be one of/],
    ['data over 2 MB', { url: 'https://s/', method: 'POST', data: 'é'.repeat(1_100_000) }, /data is larger/],
  ])('is refused with error 2 for %s', (_name, given, message) => {
    expect(() => encode(given)).toThrow(
      expect.objectContaining({ error: 2, errorMessage: expect.stringMatching(message) }),
    )
  })
})

describe('an answer', () => {
  it('of any status is a success with the old names and the new', () => {
    expect(decodeResult(received('{"a":1}', { 'x-y': 'z' }, 404), undefined).result).toEqual({
      data: { a: 1 },
      status: 404,
      statusCode: 404,
      headers: { 'x-y': 'z' },
      header: { 'x-y': 'z' },
    })
  })

  it('is text, base64 or bytes when asked for', () => {
    expect(decodeResult(received('é'), 'text').result['data']).toBe('é')
    expect(decodeResult(received('é'), 'base64').result['data']).toBe('w6k=')
    expect([...new Uint8Array(decodeResult(received('é'), 'arraybuffer').buffer!)]).toEqual([0xc3, 0xa9])
  })

  it('is read in the charset it names', () => {
    const body = new Uint8Array([0xe9]).buffer
    expect(
      decodeResult({ status: 200, headers: { 'content-type': 'text/plain; charset=iso-8859-1' }, body }, 'text').result[
        'data'
      ],
    ).toBe('é')
    expect(
      decodeResult(
        { status: 200, headers: { 'content-type': 'text/plain; charset=nonsense' }, body: received('é').body },
        'text',
      ).result['data'],
    ).toBe('é')
  })

  it('without a body is an empty text, not an error', () => {
    expect(decodeResult(received('', {}, 204), 'json').result['data']).toBe('')
  })

  it('that is not JSON fails with 14 and carries status and text', () => {
    expect(() => decodeResult(received('<html>', {}, 502), 'json')).toThrow(
      expect.objectContaining({ error: 14, extra: expect.objectContaining({ status: 502, data: '<html>' }) }),
    )
  })
})

describe('requests on their way', () => {
  const request = encode({ url: 'https://s/' })

  it('are ten at once, and the others follow', async () => {
    const open: (() => void)[] = []
    let most = 0
    let now = 0
    const send = createRequestQueue(async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise<void>((resolve) => open.push(resolve))
      now -= 1
      return received('')
    })
    const all = Array.from({ length: 25 }, () => send(request))
    while (open.length > 0 || now > 0) {
      open.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(all)
    expect(most).toBe(10)
  })

  it('past two hundred waiting are refused with 20', async () => {
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => (answer = resolve))
    const send = createRequestQueue(async () => {
      await answered
      return received('')
    })
    const all = Array.from({ length: 210 }, () => send(request))
    await expect(send(request)).rejects.toMatchObject({ error: 20 })
    answer()
    await Promise.all(all)
  })

  it('fail with what the relay says, and with 12 for anything else', async () => {
    await expect(
      createRequestQueue(() => Promise.reject(new ApiFailure(11, 'not listed')))(request),
    ).rejects.toMatchObject({ error: 11 })
    await expect(
      createRequestQueue(() => Promise.reject(new TypeError('secret address')))(request),
    ).rejects.toMatchObject({
      error: 12,
      errorMessage: 'request: network error',
    })
  })
})
