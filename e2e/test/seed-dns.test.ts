import { expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { AdminService } from '@waystone/wire/admin'
import { startDnsServer } from '../harness/dns-server.ts'
import { freePort } from '../harness/free-port.ts'
import { auditOf, startMember } from '../harness/trust-cluster.ts'
import type { DnsServer } from '../harness/dns-server.ts'
import type { Member } from '../harness/trust-cluster.ts'

const LOOPBACK = '127.0.0.1'
/** A handful of processes, on a machine that may be busy. */
const TEST_TIMEOUT_MS = 300_000
/** Until they have done something: a busy machine needs its time, which is not measured. */
const PATIENCE_MS = 60_000

interface World {
  folder: string
  dns: DnsServer
  /** As the config has it. */
  server: string
}

async function startWorld(folder: string, records: readonly string[]): Promise<World> {
  const port = await freePort()
  const more = [`--port=${port}`, '--local=/test/', ...records]
  const dns = await startDnsServer({ inside: [], ip: LOOPBACK, folder, more })
  onTestFinished(() => dns[Symbol.asyncDispose]())
  return { folder, dns, server: `${LOOPBACK}:${port}` }
}

async function newFolder(): Promise<string> {
  const made = await temporaryFolder()
  onTestFinished(() => made[Symbol.asyncDispose]())
  return made.path
}

async function forTest(...args: Parameters<typeof startMember>): Promise<Member> {
  const member = await startMember(...args)
  onTestFinished(() => member.node[Symbol.asyncDispose]())
  return member
}

/** An edge that trusts these seeds and knows nothing but a host name. */
async function startEdge({ folder, server }: World, seeds: readonly Member[], over: object = {}): Promise<Member> {
  const entries = seeds.map(({ peer }, index) => ({ label: `seed-${index}`, pubkey: peer, trustlevel: 'trusted' }))
  const discovery = { dns: ['seeds.test'], dnsServers: [server], interval: '1s', ...over }
  return await forTest('edge', `${folder}/edge`, { trust: { entries }, discovery })
}

async function connectedTo({ node }: Member): Promise<Set<string>> {
  const client = await node.client(AdminService)
  const { connections } = await client.listConnections({})
  return new Set(connections.map(({ peer }) => peer))
}

async function untilConnected(edge: Member, seeds: readonly Member[]): Promise<void> {
  const all = async (): Promise<true | undefined> => {
    const peers = await connectedTo(edge)
    return seeds.every(({ peer }) => peers.has(peer)) ? true : undefined
  }
  await poll(all, { what: `the edge to meet ${seeds.length} seeds`, ms: PATIENCE_MS })
}

const place = ({ address }: Member): string => address.replace(/\/p2p\/[^/]+$/, '')
const portOf = (member: Member): string => place(member).split('/').at(-1) ?? ''

it(
  'finds seeds by TXT and SRV records of a real name server, and turns an imposter away',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const folder = await newFolder()
    const names = ['one', 'two', 'imposter']
    const members = await Promise.all(names.map(async name => await forTest('seed', `${folder}/${name}`)))
    const [one, two, imposter] = members
    if (one === undefined || two === undefined || imposter === undefined) throw new Error('a seed is missing')
    const world = await startWorld(folder, [
      `--txt-record=_dnsaddr.seeds.test,dnsaddr=${place(one)}`,
      '--txt-record=_dnsaddr.seeds.test,dnsaddr=/dnsaddr/more.test',
      // in a circle, and nonsense
      '--txt-record=_dnsaddr.more.test,dnsaddr=/dnsaddr/seeds.test',
      '--txt-record=_dnsaddr.more.test,dnsaddr=nonsense',
      `--host-record=host.test,${LOOPBACK}`,
      `--srv-host=_waystone._tcp.seeds.test,host.test,${portOf(two)},1`,
      `--srv-host=_waystone._tcp.seeds.test,host.test,${portOf(imposter)},0`
    ])
    const edge = await startEdge(world, [one, two])
    await untilConnected(edge, [one, two])
    const refused = async (): Promise<string | undefined> =>
      (await auditOf(edge)).find(({ kind, subject }) => kind === 'refused' && subject === imposter.peer)?.reason
    expect(await poll(refused, { what: 'the refusal in the audit log', ms: PATIENCE_MS })).toMatch(
      /dns gives, leads to no seed: answers with a key that no trust file has/
    )
    await poll(async () => ((await connectedTo(edge)).has(imposter.peer) ? undefined : true), {
      what: 'the imposter to be gone',
      ms: PATIENCE_MS
    })
    const status = await edge.node.status()
    expect(status.ready, status.missing.join()).toBe(true)
  }
)

it('finds seeds behind one host name that has an address for each', { timeout: TEST_TIMEOUT_MS }, async () => {
  const folder = await newFolder()
  const world = await startWorld(folder, [])
  const port = await freePort()
  const ips = [LOOPBACK, '127.0.0.2', '127.0.0.3']
  const seeds = await Promise.all(
    ips.map(async ip => await forTest('seed', `${folder}/${ip}`, { addresses: { listen: [`/ip4/${ip}/tcp/${port}`] } }))
  )
  // nobody is at the last one
  await world.dns.setHost('seeds.test', [...ips, '127.0.0.4'])
  const edge = await startEdge(world, seeds, { port })
  await untilConnected(edge, seeds)
  expect(world.dns.log()).toContain('seeds.test')
})
