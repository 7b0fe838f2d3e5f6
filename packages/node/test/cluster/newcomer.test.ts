import { until } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { isFullMesh, peersOf, shippedCluster, startSeed } from './running-cluster.ts'

const MINUTE = 60_000

test(
  'a newcomer that has the next list is let in by a seed that has the last one',
  { timeout: 2 * MINUTE },
  async () => {
    const members = await peersOf(2)
    await using old = await startSeed(0, { cluster: await shippedCluster(members.slice(0, 1), 1n) })
    expect(old.cluster.state()).toBe('alone')
    await using newcomer = await startSeed(1, { cluster: await shippedCluster(members, 2n), seeds: old.addresses })
    await until(() => isFullMesh([old, newcomer]), { ms: MINUTE })
  }
)
