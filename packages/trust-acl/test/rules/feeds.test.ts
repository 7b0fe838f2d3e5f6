import { gzipSync } from 'node:zlib'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { MemoryDatastore } from 'datastore-core'
import { describe, expect, test } from 'vitest'
import { AddressRules } from '../../src/rules/address-rules.ts'
import { FEED_DEADLINE_MS, FEED_REFRESH_MS, FEED_RETRY_MS } from '../../src/rules/constants.ts'
import { FeedServer } from './feed-server.ts'
import type { RequestListener } from 'node:http'
import type { RuleListStatus } from '../../src/rules/contract.ts'

interface Setup extends AsyncDisposable {
  server: FeedServer
  /** Requests that were begun. */
  started: () => number
  store: MemoryDatastore
  clock: ManualClock
  rules: AddressRules
  status: () => RuleListStatus | undefined
  denies: (ip: string) => boolean
}

async function setup(answer?: RequestListener): Promise<Setup> {
  const [feed, store] = [await FeedServer.listen(), new MemoryDatastore()]
  if (answer !== undefined) feed.answer = answer
  const clock = new ManualClock()
  const feeds = [{ url: feed.url, action: 'deny' }] as const
  const config = { default: 'allow', allow: [], deny: [], files: [], feeds } as const
  let started = 0
  const countedFetch: typeof fetch = async (...request) => {
    started++
    return await fetch(...request)
  }
  const rules = new AddressRules({ config, clock, store, random: seededRandom(1), fetch: countedFetch })
  await rules.start()
  return {
    started: () => started,
    server: feed,
    store,
    clock,
    rules,
    status: () => rules.lists()[0],
    denies: ip => rules.check(multiaddr(`/ip4/${ip}/tcp/1`))?.allow === false,
    [Symbol.asyncDispose]: async () => {
      rules.stop()
      await feed[Symbol.asyncDispose]()
    }
  }
}

/** The time moves on until the next fetch begins, and no further. */
async function nextFetch(at: Setup): Promise<void> {
  const before = at.started()
  while (at.started() === before) await at.clock.advance(1_000)
}

/** The time moves on until the next fetch, and then stands still until the condition holds. */
async function later(at: Setup, condition: () => boolean): Promise<void> {
  await nextFetch(at)
  await until(condition)
}

test('a feed is fetched, and again after a while', async () => {
  await using at = await setup((_request, response) => response.end('192.0.2.0/24 ; SBL1\n'))
  await until(() => at.denies('192.0.2.1'))
  expect(at.status()).toMatchObject({ entries: 1, error: undefined })
  at.server.answer = (_request, response) => response.end('198.51.100.0/24\n')
  await later(at, () => at.denies('198.51.100.1'))
  expect(at.denies('192.0.2.1')).toBe(false)
})

test('a feed is fetched again after its interval, a little sooner or later so that nodes do not come together', async () => {
  await using at = await setup()
  const waits: number[] = []
  for (let refreshes = 1; refreshes <= 3; refreshes++) {
    await until(() => at.server.requests.length === refreshes && at.denies('192.0.2.1'))
    const from = at.clock.now()
    await nextFetch(at)
    waits.push((at.clock.now() - from) / FEED_REFRESH_MS)
  }
  expect(Math.min(...waits)).toBeGreaterThan(0.89)
  expect(Math.max(...waits)).toBeLessThan(1.11)
  expect(new Set(waits).size).toBeGreaterThan(1)
})

test('the name of a feed keeps its token secret', async () => {
  await using at = await setup()
  expect(at.status()?.name).toMatch(/\/drop\.txt$/)
})

test('a feed that has not changed is not sent again', async () => {
  await using at = await setup((request, response) => {
    response.setHeader('etag', '"1"').setHeader('last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
    else response.end('192.0.2.1')
  })
  await until(() => at.denies('192.0.2.1'))
  const first = at.status()?.updatedAt ?? 0
  await later(at, () => (at.status()?.updatedAt ?? 0) > first)
  expect(at.server.requests[1]?.headers).toMatchObject({
    'if-none-match': '"1"',
    'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT'
  })
  expect(at.denies('192.0.2.1')).toBe(true)
})

test('a stored version is used at once, and asked for by its tag', async () => {
  await using at = await setup((_request, response) => response.setHeader('etag', '"7"').end('192.0.2.1'))
  await until(() => at.denies('192.0.2.1') && at.clock.pending > 0)
  at.rules.stop()
  at.server.answer = () => undefined
  const clock = new ManualClock()
  const feeds = [{ url: at.server.url, action: 'deny' }] as const
  const config = { default: 'allow', allow: [], deny: [], files: [], feeds } as const
  const again = new AddressRules({ config, clock, store: at.store, random: seededRandom(1) })
  await again.start()
  expect(again.check(multiaddr('/ip4/192.0.2.1/tcp/1'))?.allow).toBe(false)
  await until(() => at.server.requests.length === 2)
  expect(at.server.requests[1]?.headers['if-none-match']).toBe('"7"')
  again.stop()
})

describe('a feed that is no good', () => {
  const endless =
    (chunk: string): RequestListener =>
    (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    }
  const redirect =
    (to: (path: string) => string): RequestListener =>
    (request, response) =>
      response.writeHead(302, { location: to(request.url ?? '') }).end()

  test.each<[what: string, error: string, answer: RequestListener]>([
    ['garbage', 'RuleListInvalidError', (_request, response) => response.end('<html>out of order</html>')],
    ['bytes', 'RuleListInvalidError', (_request, response) => response.end(Uint8Array.of(0, 255, 254, 128))],
    ['nothing', 'RuleListInvalidError', (_request, response) => response.end(' \n')],
    ['status 500', 'RuleFeedFailedError', (_request, response) => response.writeHead(500).end('192.0.2.9')],
    ['status 206', 'RuleFeedFailedError', (_request, response) => response.writeHead(206).end('192.0.2.9')],
    ['no end of lines', 'RuleListTooLargeError', endless('192.0.2.9\n'.repeat(1_000))],
    ['a line without end', 'RuleListTooLargeError', endless('9'.repeat(10_000))],
    [
      'too many lines',
      'RuleListTooLargeError',
      (_request, response) => response.end('\n'.repeat(500_000) + '192.0.2.9\n')
    ],
    [
      'a bomb',
      'RuleListTooLargeError',
      (_request, response) =>
        response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(64 * 2 ** 20, '1.2.3.4\n')))
    ],
    [
      'a broken packing',
      'RuleFeedFailedError',
      (_request, response) => response.setHeader('content-encoding', 'gzip').end('192.0.2.9')
    ],
    ['a redirect in circles', 'RuleFeedFailedError', redirect(path => path)],
    ['a redirect to a file', 'RuleFeedFailedError', redirect(() => 'file:///etc/passwd')],
    ['a redirect to data', 'RuleFeedFailedError', redirect(() => 'data:text/plain,192.0.2.9')],
    ['a redirect to nowhere', 'RuleFeedFailedError', redirect(() => 'http://:0:')],
    ['a cut connection', 'RuleFeedFailedError', (_request, response) => response.destroy()],
    [
      'half a list',
      'RuleFeedFailedError',
      (_request, response) => {
        response.setHeader('content-length', 100)
        response.write('192.0.2.9\n', () => response.destroy())
      }
    ]
  ])('(%s) is refused, and the last good version stays (%s)', async (_what, error, answer) => {
    await using at = await setup()
    await until(() => at.denies('192.0.2.1'))
    at.server.answer = answer
    await later(at, () => at.status()?.error !== undefined)
    expect(at.status()?.error?.name).toBe(error)
    expect([at.denies('192.0.2.1'), at.denies('192.0.2.9')]).toEqual([true, false])
  })

  test.each<[what: string, answer: RequestListener]>([
    ['never answers', () => undefined],
    ['never ends', (_request, response) => void response.write('192.0.2.9\n')]
  ])('because it %s is given up in time', async (_what, answer) => {
    await using at = await setup(answer)
    await until(() => at.server.requests.length === 1)
    await at.clock.advance(FEED_DEADLINE_MS - 1)
    expect(at.status()?.error).toBeUndefined()
    await at.clock.advance(1)
    await until(() => at.status()?.error?.name === 'DeadlineExceededError')
  })

  test('is tried again sooner, and then ever later', async () => {
    await using at = await setup((_request, response) => response.writeHead(503).end())
    const failedAt: number[] = []
    for (let failures = 1; failures <= 4; failures++) {
      await until(() => at.server.requests.length === failures && at.status()?.error !== undefined)
      failedAt.push(at.clock.now())
      await nextFetch(at)
    }
    const waits = failedAt.slice(1).map((time, index) => time - (failedAt[index] ?? 0))
    expect(waits[0]).toBeLessThanOrEqual(FEED_RETRY_MS + 1_000)
    expect(waits[2]).toBeGreaterThanOrEqual(FEED_RETRY_MS * 2)
    await until(() => at.server.requests.length === 5)
    at.server.answer = (_request, response) => response.end('192.0.2.5')
    await later(at, () => at.denies('192.0.2.5'))
    expect(at.status()?.error).toBeUndefined()
  })

  test('is left when the rules stop', async () => {
    await using at = await setup(() => undefined)
    await until(() => at.server.requests.length === 1)
    at.rules.stop()
    await until(() => at.server.requests[0]?.destroyed ?? false)
    expect(at.clock.pending).toBe(0)
  })
})

test('a redirect to where the list is now is followed', async () => {
  await using at = await setup((request, response) => {
    if (request.url === '/moved') response.end('192.0.2.77')
    else response.writeHead(301, { location: '/moved' }).end()
  })
  await until(() => at.denies('192.0.2.77'))
  expect(at.server.requests.map(({ url }) => url)).toContain('/moved')
})
