import { expect, it } from 'vitest'
import { listConnectionsOnce } from '../src/libp2p/list-connections-once.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

it('lists all connections by the map that libp2p keeps, and those of one peer as libp2p does', () => {
  const connections = Array.from({ length: 3 }, (_, index) => ({ id: `${index}` }) as Connection)
  const [first, second, third] = connections
  const of: (PeerId | undefined)[] = []
  const manager = {
    getConnections: (peer?: PeerId) => {
      of.push(peer)
      return [first]
    },
    getConnectionsMap: () =>
      new Map([
        ['a', [first]],
        ['b', [second, third]]
      ])
  } as unknown as ConnectionManager
  listConnectionsOnce(manager)
  expect(manager.getConnections()).toEqual(connections)
  expect(of).toEqual([])
  const peer = {} as PeerId
  expect(manager.getConnections(peer)).toEqual([first])
  expect(of).toEqual([peer])
})
