import { join } from 'node:path'
import { poll } from '@waystone/kit/testing'
import { createTestnet } from '@waystone/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChromium } from '../harness/chromium.ts'
import { PAGE_GLOBAL, serveWebPage } from '../harness/web-page.ts'
import type { WaystoneNode } from '@waystone/node'
import type { Registry } from '@waystone/registry/client'
import type { Testnet } from '@waystone/testkit'
import type { BrowserPage } from '../harness/chromium.ts'
import type { BrowserSeen } from '../browser/registry-page.ts'

/** Chromium may have to be installed first. */
const START_MS = 15 * 60_000

const stack = new AsyncDisposableStack()
let testnet: Testnet
let browser: BrowserPage

beforeAll(async () => {
  testnet = stack.use(await createTestnet({ seeds: 2, edges: 1, transports: 'ws' }))
  const { url } = stack.use(await serveWebPage(join(import.meta.dirname, '../browser/registry-page.ts')))
  browser = stack.use(await startChromium())
  await browser.page.goto(url)
  const addresses = testnet.seeds.map(({ libp2p }) => String(libp2p.getMultiaddrs()[0]))
  await inPage(`begin(${JSON.stringify(addresses)}, 'from-browser')`)
}, START_MS)
afterAll(() => stack.disposeAsync())

async function inPage<T>(call: string): Promise<T> {
  try {
    return await browser.page.evaluate<T>(`${PAGE_GLOBAL}.${call}`)
  } catch (error) {
    throw new Error(`the page failed; it said: ${browser.said.join('\n')}`, { cause: error })
  }
}

/** What the browser sees, once it sees this. */
async function seenWhen(isThere: (seen: BrowserSeen) => boolean): Promise<BrowserSeen> {
  const ask = async (): Promise<BrowserSeen | undefined> => {
    const seen = await inPage<BrowserSeen>('seen()')
    return isThere(seen) ? seen : undefined
  }
  return await poll(ask, { what: `what the browser sees: ${isThere.toString()}` })
}

function registryOf({ libp2p }: WaystoneNode): Registry {
  return libp2p.services['registry'] as Registry
}

function first(nodes: readonly WaystoneNode[]): Registry {
  const [node] = nodes
  if (node === undefined) throw new TypeError('the testnet lacks nodes')
  return registryOf(node)
}

describe('a browser that is connected to two seeds over WebSockets', () => {
  it('registers with both, and is found', async () => {
    const seen = await seenWhen(({ heldBy }) => heldBy.length === 2)
    expect(seen.heldBy.toSorted()).toEqual(testnet.seeds.map(({ libp2p }) => libp2p.peerId.toString()).toSorted())
    const { records } = await first(testnet.edges).query('rendezvous')
    expect(records.map(({ key, peer }) => `${key} ${peer.toString()}`)).toEqual([`from-browser ${seen.self}`])
  })

  it('sees what others register and take back, and asks both seeds', async () => {
    const entry = first(testnet.edges).enroll('rendezvous', new Uint8Array(), { key: 'from-edge' })
    await seenWhen(({ watched }) => watched.includes('put from-edge'))
    const both = await seenWhen(({ found }) => found.length === 2)
    expect(both).toMatchObject({ disagreements: [], asked: { length: 2 } })
    await entry.withdraw()
    const { watched } = await seenWhen(seen => seen.watched.includes('gone from-edge') && seen.found.length === 1)
    expect(watched.toSorted()).toEqual(['gone from-edge', 'put from-browser', 'put from-edge'])
  })

  it('takes its own back when it goes', async () => {
    await inPage('end()')
    const isGone = async (): Promise<true | undefined> =>
      (await first(testnet.seeds).query('rendezvous')).records.length === 0 ? true : undefined
    expect(await poll(isGone, { what: 'the record of the browser to go' })).toBe(true)
  })
})
