import { createServer } from 'node:http'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UrlSource } from '../../src/sources/url-source.ts'
import type { RequestListener } from 'node:http'
import type { Look } from '../../src/sources/source.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
}

function source(url: string, clock = new ManualClock()): UrlSource {
  return new UrlSource({ url, port: 4001, fetch: globalThis.fetch, clock, random: seededRandom(1) })
}

const signal = new AbortController().signal
const lookAt = async (body: string): Promise<Look> =>
  source(await serve((_, response) => response.end(body))).look({ signal })
const failed = async (look: Promise<Look>): Promise<string> =>
  look.then(
    () => 'nothing',
    (error: Error) => error.name
  )

describe('a list of seeds behind a URL', () => {
  it.each([
    ['JSON', '{"seeds": ["/ip4/192.0.2.1/tcp/4001", "192.0.2.2", "[2001:db8::1]:4002", "2001:db8::2"]}'],
    ['lines', '# ours\r\n/ip4/192.0.2.1/tcp/4001\r\n192.0.2.2 # Paris\n\n[2001:db8::1]:4002\n2001:db8::2\n']
  ])('is read as %s', async (_what, body) => {
    const { seeds, faults } = await lookAt(body)
    expect(seeds.map(({ address }) => address.toString())).toEqual([
      '/ip4/192.0.2.1/tcp/4001',
      '/ip4/192.0.2.2/tcp/4001',
      '/ip6/2001:db8::1/tcp/4002',
      '/ip6/2001:db8::2/tcp/4001'
    ])
    expect(faults).toEqual([])
  })

  it('may have lines that are no addresses, which are told of', async () => {
    const { seeds, faults } = await lookAt('192.0.2.1\nhttp://192.0.2.2\n192.0.2.300\n')
    expect([seeds.length, faults.map(({ name }) => name)]).toEqual([
      1,
      ['SeedAddressInvalidError', 'SeedAddressInvalidError']
    ])
  })

  it('with lines that would keep a careless reader busy for minutes is read in a moment', async () => {
    const body = Array.from({ length: 256 }, () => `${':'.repeat(511)}x`).join('\n')
    const began = performance.now()
    expect(await failed(lookAt(body))).toBe('SeedAddressInvalidError')
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('of 10,000 is cut by chance', async () => {
    const { seeds, faults } = await lookAt(
      Array.from({ length: 10_000 }, (_, at) => `10.2.${at >> 8}.${at & 255}`).join('\n')
    )
    expect([seeds.length, faults.map(({ name }) => name)]).toEqual([256, ['TooManyAnswersError']])
  })

  it.each([
    ['{"seeds": [1]}', 'SeedListInvalidError'],
    ['{"seeds": "192.0.2.1"}', 'SeedListInvalidError'],
    ['{"seeds": [', 'SeedListInvalidError'],
    [`{"seeds": ${'['.repeat(100_000)}`, 'SeedListInvalidError'],
    ['<!doctype html><p>Not found', 'SeedAddressInvalidError'],
    ['', 'SeedListUnavailableError']
  ])('that is %.30j is %s', async (body, name) => {
    expect(await failed(lookAt(body))).toBe(name)
  })

  it('of 2 GiB ends at 1 MiB', async () => {
    let sent = 0
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536, '192.0.2.1\n')
      const more = (): void => {
        while (sent < 2 ** 31) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
      }
      more()
    })
    expect(await failed(source(url).look({ signal }))).toBe('SeedListTooLargeError')
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  it('that never ends is given up at the deadline', async () => {
    const clock = new ManualClock()
    const asked = Promise.withResolvers<void>()
    const url = await serve((_, response) => {
      response.write('192.0.2.1\n')
      asked.resolve()
    })
    const look = failed(source(url, clock).look({ signal }))
    await asked.promise
    await clock.advance(10_000)
    expect([await look, clock.pending]).toEqual(['DeadlineExceededError', 0])
  })

  it('is found behind three redirections, but not behind a circle of them', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      asked++
      const at = Number(request.url?.slice(1) || 0)
      if (at >= 3) return response.end('192.0.2.1')
      return response.writeHead(302, { location: `/${at + 1}` }).end()
    })
    expect((await source(url).look({ signal })).seeds).toHaveLength(1)
    asked = 0
    const circle = await serve((_, response) => {
      asked++
      response.writeHead(307, { location: '/' }).end()
    })
    expect([await failed(source(circle).look({ signal })), asked]).toEqual(['SeedListUnavailableError', 4])
  })

  it.each(['file:///etc/passwd', 'ftp://192.0.2.1/'])('is not followed to %s', async location => {
    const url = await serve((_, response) => response.writeHead(302, { location }).end())
    expect(await failed(source(url).look({ signal }))).toBe('SeedListUnavailableError')
  })

  /** What comes of a list that leads to another place, and what was asked for after it. */
  async function redirected(from: string, location: string): Promise<string[]> {
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async input => {
      asked.push(String(input instanceof Request ? input.url : input))
      return asked.length > 1 ? new Response('192.0.2.1') : new Response(null, { status: 302, headers: { location } })
    }
    const look = new UrlSource({ url: from, port: 1, fetch, clock: new ManualClock(), random: seededRandom(1) })
    return [await failed(look.look({ signal })), ...asked.slice(1)]
  }

  it.each([
    ['https://seeds.example.org/', 'http://seeds.example.org/'],
    ['https://seeds.example.org/', 'http://169.254.169.254/'],
    ['http://seeds.example.org/', 'http://169.254.169.254/latest'],
    ['http://seeds.example.org/', '//other.example.org/'],
    ['http://seeds.example.org/', 'http://seeds.example.org.evil.example/'],
    ['http://seeds.example.org/', 'http://seeds.example.org@evil.example/']
  ])('is not followed from %s to %s', async (from, location) => {
    expect(await redirected(from, location)).toEqual(['SeedListUnavailableError'])
  })

  it.each([
    ['http://seeds.example.org/', 'https://other.example.org/seeds'],
    ['https://seeds.example.org/', 'https://other.example.org/seeds'],
    ['http://seeds.example.org/', 'http://seeds.example.org:8080/seeds'],
    ['https://seeds.example.org/', '/seeds']
  ])('is followed from %s to %s', async (from, location) => {
    expect(await redirected(from, location)).toEqual(['nothing', new URL(location, from).href])
  })

  it('that is not there says so', async () => {
    const url = await serve((_, response) => response.writeHead(404).end('no'))
    await expect(source(url).look({ signal })).rejects.toThrow(/answers 404/)
    await expect(source('http://127.0.0.1:1/').look({ signal })).rejects.toThrow(/cannot be fetched/)
  })
})
