import { peerIdFromString } from '@libp2p/peer-id'
import { systemClock } from '@waystone/kit'
import { seededRandom, until } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { openSlot } from '../../src/identity-pool/open-slot.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { newPool } from '../identity-pool/pools.ts'
import { keptLog } from '../identity-pool/quiet-log.ts'
import { startLocalNode } from '../local-node.ts'
import { peerOf } from './cluster-file.ts'
import { shippedCluster, startSeed } from './running-cluster.ts'
import type { WaystoneNode } from '../../src/index.ts'

const MINUTE = 60_000
const DURATION_MS = 30_000

/** Takes the first slot and gives it back: whoever takes it next has a higher fence. */
async function useOnce(folder: string, directory: string): Promise<void> {
  const parts = { clock: systemClock, random: seededRandom(5), log: keptLog().log, env: {} }
  const { signal } = new AbortController()
  const slot = await openSlot({ ...parts, folder, lease: { directory, duration: DURATION_MS }, signal })
  await slot.release()
}

test(
  'of two nodes on one slot, from two folders of leases, the younger one ends, although its fence is higher',
  { timeout: 2 * MINUTE },
  async () => {
    // two folders of leases for one pool, as after a mistake in a config: each lets one node in
    const { folder, ids } = await newPool({ size: 1 })
    const directories = [await scratchFolder(), await scratchFolder()] as const
    await useOnce(folder, directories[1])
    const members = [...ids.map(id => peerIdFromString(id)), await peerOf(10)]
    const cluster = await shippedCluster(members)
    await using helper = await startSeed(0, { cluster })
    const failures: [string, string][] = []
    const start = async (name: string, directory: string): Promise<{ node: WaystoneNode } & AsyncDisposable> => {
      const identity = { pool: { folder, lease: { directory, duration: `${DURATION_MS}ms` } } }
      const onFailure = (error: unknown): void => void failures.push([name, (error as Error).name])
      return await startLocalNode('seed', { cluster, seeds: helper.addresses, identity }, { onFailure })
    }
    const known = () => helper.cluster.members().find(({ isSelf }) => !isSelf)
    await using first = await start('first', directories[0])
    await until(() => known()?.said !== undefined, { ms: MINUTE })
    await using second = await start('second', directories[1])
    expect(second.node.libp2p.peerId.equals(first.node.libp2p.peerId)).toBe(true)
    await until(() => failures.length > 0, { ms: MINUTE })
    expect(failures).toEqual([['second', 'DuplicateIdentityError']])
    await second.node.stop()
    await until(() => known()?.isConnected === true && known()?.disagreements.length === 0, { ms: MINUTE })
  }
)
