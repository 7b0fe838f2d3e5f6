import { multiaddr } from '@multiformats/multiaddr'
import { defaultLogger } from '@libp2p/logger'
import { expect, it } from 'vitest'
import { Enforcement, TrustEnforcer } from '../../src/index.ts'
import { aPeer, openAcl } from '../people.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { TestAcl } from '../people.ts'

const PEERS = 50
const CONNECTIONS = 1_000
/** Connections that may be looked at before others have their turn. */
const A_TURN = 100

/** What the enforcer sees of a connection. */
interface Open extends Pick<Connection, 'remotePeer' | 'remoteAddr' | 'direction' | 'streams'> {
  status: string
  abort(): void
}

function open(remotePeer: PeerId, nth: number): Open {
  const remoteAddr = multiaddr(`/ip4/198.51.100.${nth % 250}/tcp/${1_000 + nth}`)
  const connection: Open = {
    remotePeer,
    remoteAddr,
    direction: 'inbound',
    streams: [],
    status: 'open',
    abort: () => void (connection.status = 'aborted')
  }
  return connection
}

function enforcing({ acl, clock, told }: TestAcl, connections: readonly Open[]) {
  const turns: number[] = []
  let looked = 0
  const trust: Pick<typeof acl, 'decide' | 'explain' | 'onChange'> = {
    decide: (...asked) => acl.decide(...asked),
    onChange: listener => acl.onChange(listener),
    explain: (...asked) => {
      if (looked++ === 0) setImmediate(() => turns.push(looked) && (looked = 0))
      return acl.explain(...asked)
    }
  }
  const enforcement = new Enforcement({ trust, audit: told })
  const components = {
    connectionManager: { getConnections: () => connections },
    registrar: { getMiddleware: () => [] },
    logger: defaultLogger()
  } as unknown as ConstructorParameters<typeof TrustEnforcer>[0]
  return { turns, enforcer: new TrustEnforcer(components, { trust, enforcement, clock, audit: told }) }
}

it('of a thousand connections exactly those of the blocked peer end, and others have their turn in between', async () => {
  await using opened = await openAcl()
  const peers = await Promise.all(Array.from({ length: PEERS }, aPeer))
  const connections = Array.from({ length: CONNECTIONS }, (_, nth) => open(peers[nth % PEERS] as PeerId, nth))
  const { turns, enforcer } = enforcing(opened, connections)
  enforcer.start()
  const pubkey = String(peers[7])
  await opened.acl.add({ label: 'bad', pubkey, kind: 'peer', trustlevel: 'blocked' })
  await opened.clock.advance(999)
  // waits for the one that the change began
  expect(await enforcer.evict()).toEqual({ connections: 0, streams: 0 })
  const ended = connections.filter(({ status }) => status !== 'open')
  expect(ended.map(({ remotePeer }) => remotePeer.toString())).toEqual(Array(CONNECTIONS / PEERS).fill(pubkey))
  expect(Math.max(...turns)).toBeLessThanOrEqual(A_TURN)
  expect(opened.told.of('closed')).toHaveLength(CONNECTIONS / PEERS)
  await enforcer.stop()
})

it('a thousand changes in a row are looked at once in a while, from soon after the first on', async () => {
  await using opened = await openAcl()
  const { acl, clock } = opened
  const bad = await aPeer()
  const other = String(await aPeer())
  const connections = [open(bad, 1)]
  const { turns, enforcer } = enforcing(opened, connections)
  enforcer.start()
  await acl.add({ label: 'other', pubkey: other, kind: 'peer', trustlevel: 'peer' })
  await acl.add({ label: 'bad', pubkey: String(bad), kind: 'peer', trustlevel: 'blocked' })
  let waited = 0
  // a change every five milliseconds, for five seconds
  for (let nth = 0; nth < 1_000; nth++) {
    await acl.set('other', { trustlevel: nth % 2 === 0 ? 'trusted' : 'peer' })
    await clock.advance(5)
    if (connections[0]?.status === 'open') waited += 5
  }
  expect(waited).toBeLessThanOrEqual(100)
  expect(turns.length).toBeLessThanOrEqual(101)
  await enforcer.stop()
})
