import { generateKeyPair } from '@libp2p/crypto/keys'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { ipnsNameOf, rawCid, signRecord } from '@waystone/trust-acl/offline'
import { expect, test } from 'vitest'
import { connect, follower, inUse, mirrorOf } from './followers.ts'
import type { FollowerNode } from './followers.ts'

const DAY = 86_400_000
const GOOD = new TextEncoder().encode(JSON.stringify({ description: 'good', contact: [], entities: [] }))
const BAD = new TextEncoder().encode('{"description": "two", "description": "keys"}')

async function publisher() {
  const key = await generateKeyPair('Ed25519')
  const sign = async (file: Uint8Array, sequence: bigint, now = systemClock.now()): Promise<Uint8Array> => {
    const value = `/ipfs/${(await rawCid(file)).toString()}`
    return await signRecord({ key, value, sequence, now })
  }
  return { name: ipnsNameOf(key.publicKey).text, sign }
}

function refusals({ audit }: FollowerNode): string[] {
  const refused = audit.events().filter(({ kind }) => kind === 'refused')
  return refused.map(({ subject, reason }) => `${subject}: ${reason.split(/[ :]/)[0] ?? ''}`)
}

test('what is refused of records and files is in the audit log of a node, and the good version stays in use', async () => {
  const [mine, other] = [await publisher(), await publisher()]
  const served: Record<string, Uint8Array> = { [mine.name]: await mine.sign(GOOD, 5n) }
  const holder = await follower({ grants: { 'bulk-data-sync': 'anyone' } })
  for (const file of [GOOD, BAD]) await holder.content.put(file)
  const node = await follower({ name: mine.name, mirrors: [await mirrorOf(served)] })
  await connect(node, holder)
  await until(() => inUse(node) === 'good')
  const bad: [string, Uint8Array][] = [
    ['IpnsSequenceError', await mine.sign(BAD, 4n)],
    ['IpnsRecordExpiredError', await mine.sign(BAD, 9n, systemClock.now() - 40 * DAY)],
    ['IpnsNameMismatchError', await other.sign(BAD, 9n)],
    ['IpnsRecordInvalidError', Uint8Array.of(1, 2, 3)],
    ['TrustFileDuplicateKeyError', await mine.sign(BAD, 6n)]
  ]
  for (const [error, record] of bad) {
    served[mine.name] = record
    await expect(node.records.fetchEntry('cluster')).rejects.toMatchObject({ name: error })
    expect(refusals(node)).toContain(`cluster: ${error}`)
    expect(inUse(node)).toBe('good')
  }
  const refused = node.fetches.all().find(({ way, result }) => way === 'https' && result === 'refused')
  expect(refused?.count).toBeGreaterThanOrEqual(4)
})
