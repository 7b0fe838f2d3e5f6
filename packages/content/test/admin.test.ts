import { createClient, createRouterTransport } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { until } from '@waystone/kit/testing'
import { describeRpcFailure } from '@waystone/rpc'
import { content } from '@waystone/wire/admin'
import { describe, expect, it } from 'vitest'
import { ContentAdminService } from '../src/admin/content-admin-service.ts'
import { rawCid } from '../src/cid-rules.ts'
import type { Client } from '@connectrpc/connect'
import type { CID } from 'multiformats/cid'
import type { ContentAdminParts } from '../src/admin/contract.ts'

class RefusedError extends WaystoneError {
  static override readonly name = 'DelegatesFailedError'
}

/** Keeps what it is given, and finds nothing else. */
class FakeStore implements Pick<ContentAdminParts, 'store'> {
  readonly files = new Map<string, Uint8Array>()
  readonly signals: AbortSignal[] = []
  readonly store: ContentAdminParts['store'] = {
    put: async bytes => {
      const cid = await rawCid(bytes)
      this.files.set(cid.toString(), bytes)
      return cid
    },
    putBlock: async (cid, bytes) => void this.files.set(cid.toString(), bytes),
    has: async cid => this.files.has(cid.toString()),
    getFile: async (cid, { signal }) => {
      const found = this.files.get(cid.toString())
      if (found !== undefined) return found
      if (signal !== undefined) this.signals.push(signal)
      return await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    }
  }
}

type Served = FakeStore & { client: Client<typeof content.ContentService>; options: object }

async function served(delegate?: ContentAdminParts['delegate']): Promise<Served> {
  const fake = new FakeStore()
  const seen: object[] = []
  let calls: object = {}
  const serveLate = async (_: string, load: () => Promise<{ implementation: object }>, options: object) => {
    calls = (await load()).implementation
    seen.push(options)
    return async () => {}
  }
  await new ContentAdminService({ rpc: { serveLate: serveLate as never } }, () => ({
    store: fake.store,
    delegate
  })).start()
  const transport = createRouterTransport(router => router.service(content.ContentService, calls))
  return Object.assign(fake, { client: createClient(content.ContentService, transport), options: seen[0] ?? {} })
}

async function fetched({ client }: Served, cid: CID | string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const { data } of client.fetchFile({ cid: cid.toString() })) parts.push(data)
  return Buffer.concat(parts)
}

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'none',
    (error: unknown) => describeRpcFailure(error).name
  )

async function* of(...parts: Uint8Array[]): AsyncGenerator<{ data: Uint8Array<ArrayBuffer> }> {
  for (const data of parts) yield { data: new Uint8Array(data) }
}

describe('content for the operator', () => {
  it('is for the operator alone', async () => {
    expect((await served()).options).toEqual({ admin: true, trustFunction: 'admin' })
  })

  it.each([0, 1, 262_144, 700_000])('gives back the %s bytes that were added', async size => {
    const node = await served()
    const bytes = new Uint8Array(size).fill(7)
    const { cid } = await node.client.addFile(of(bytes.subarray(0, 300_000), bytes.subarray(300_000)))
    expect(Buffer.compare(await fetched(node, cid), bytes)).toBe(0)
  })

  it('stops reading a file that is too large', async () => {
    const node = await served()
    let sent = 0
    const endless = async function* (): AsyncGenerator<{ data: Uint8Array<ArrayBuffer> }> {
      for (; sent < 1_000; sent++) yield { data: new Uint8Array(100_000) }
    }
    expect(await failureOf(node.client.addFile(endless()))).toBe('BlockTooLargeError')
    expect(sent).toBeLessThan(20)
  })

  it.each(['', 'nonsense', '/ipfs/bafy', 'b'.repeat(100_000)])('names what is no CID: %.20s', async text => {
    expect(await failureOf(fetched(await served(), text))).toBe('CidInvalidError')
  })

  it('stops looking when the caller goes', async () => {
    const node = await served()
    const gone = new AbortController()
    const answer = node.client.fetchFile({ cid: (await rawCid(new Uint8Array(3))).toString() }, { signal: gone.signal })
    const ended = failureOf(answer[Symbol.asyncIterator]().next())
    await until(() => node.signals.length === 1)
    gone.abort()
    expect(await ended).not.toBe('none')
    await until(() => node.signals.some(({ aborted }) => aborted))
  })

  it('has a delegate get it, once, and only so much', async () => {
    const bytes = new Uint8Array(10)
    const cid = await rawCid(bytes)
    const asked: number[] = []
    const node = await served({
      using: true,
      fetch: async function* (_cid, { maxBytes }) {
        asked.push(maxBytes)
        yield { cid, bytes }
      }
    })
    expect([...(await fetched(node, cid)), ...(await fetched(node, cid))]).toHaveLength(20)
    expect(asked).toEqual([(64 + 4) * 1024 * 1024])
  })

  it('tells why a delegate refused', async () => {
    const node = await served({
      using: true,
      // eslint-disable-next-line require-yield
      fetch: async function* () {
        throw new RefusedError('no delegate could help: this needs remote-fetch-cid')
      }
    })
    expect(await failureOf(fetched(node, await rawCid(new Uint8Array(4))))).toBe('DelegatesFailedError')
  })
})
