import { expect, test } from 'vitest'
import { CHECKS_A_TURN } from '../src/constants.ts'
import { Members } from '../src/members.ts'
import { ToldRecords } from '../src/told-records.ts'
import { startMember } from './network.ts'

test('records of members that are many are read some at a time: whatever else waits has its turn', async () => {
  const turns = { count: 0, isOver: false }
  const turn = (): void => {
    turns.count++
    if (!turns.isOver) setImmediate(turn)
  }
  const { node, membership, clock } = await startMember({ seed: 1 })
  const components = {
    peerId: node.peerId,
    connectionManager: {
      getConnections: () => [],
      openConnection: async () => await Promise.reject(new Error('nobody'))
    }
  }
  const members = new Members({ membership, trust: undefined, components, clock })
  const log = node.logger.forComponent('test')
  const records = new ToldRecords({ members, components, log, metrics: { record: () => {} } }, () => {})
  turn()
  await records.take(
    Array.from({ length: 200 }, () => Uint8Array.of(1)),
    new AbortController().signal
  )
  turns.isOver = true
  expect(turns.count).toBeGreaterThan(200 / CHECKS_A_TURN - 2)
})
