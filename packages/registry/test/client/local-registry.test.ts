import { seededRandom } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { localRegistry } from '../../src/client/local-registry.ts'
import { ResumeTokens } from '../../src/server/resume.ts'
import { Bench, newKey } from '../store/records.ts'
import type { LocalRegistry } from '../../src/client/contract.ts'

/** What a watch tells until all that is there has come, and where to go on. */
async function watched({ client }: LocalRegistry, resume: string): Promise<{ told: string[]; last: string }> {
  const told: string[] = []
  for await (const response of client.watch({ kind: 'relay-advert', resume })) {
    told.push(response.change.case ?? '')
    if (response.change.case === 'current') return { told, last: response.resume }
  }
  throw new Error('the watch ended')
}

it('goes on where a watch of this run was, and begins anew after one of an earlier run', async () => {
  using before = new Bench()
  before.store.put(await before.record(await newKey()))
  const first = localRegistry({ store: before.store, tokens: new ResumeTokens(seededRandom(1)) })
  const { told, last } = await watched(first, '')
  expect(told).toEqual(['put', 'current'])
  expect((await watched(first, last)).told).toEqual(['current'])
  // the numbers of its changes have come as far in the next run, and mean something else
  using after = new Bench()
  after.store.put(await after.record(await newKey()))
  const next = localRegistry({ store: after.store, tokens: new ResumeTokens(seededRandom(2)) })
  expect((await watched(next, last)).told).toEqual(['reset', 'put', 'current'])
})
