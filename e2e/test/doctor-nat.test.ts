import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand, startCommand } from '../harness/command.ts'
import {
  createNatLab,
  INNER_IP,
  OUTER_IPS,
  ROUTER_IP,
  startStunServer,
  STUN_PORTS,
  whyNoNatLab
} from '../harness/nat-lab.ts'
import type { NatLab, Router } from '../harness/nat-lab.ts'

/** Until a seed listens, in milliseconds: all labs begin at once, and each starts programs. */
const PATIENCE_MS = 120_000

const reason = whyNoNatLab()
if (reason !== undefined) console.log(`left out: the tests behind NATs, which need network namespaces (${reason})`)

interface Report {
  verdict: string
  findings: { check: string; health: string; summary: string; hint?: string; detail: Record<string, unknown> }[]
}

/** Ends something with the test that it is called in. */
type AtEnd = (end: () => PromiseLike<void>) => void

/** A lab with a STUN server and a seed that relays, all gone after the test. */
async function setUp(router: Router, onTestFinished: AtEnd): Promise<{ lab: NatLab; folder: string; seed: string }> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const lab = await createNatLab(router)
  onTestFinished(() => lab[Symbol.asyncDispose]())
  const stun = await startStunServer(lab)
  onTestFinished(() => stun[Symbol.asyncDispose]())
  return { lab, folder: folder.path, seed: await startSeed(lab, folder.path, onTestFinished) }
}

async function startSeed({ outer }: NatLab, folder: string, onTestFinished: AtEnd): Promise<string> {
  const listen = [`/ip4/${OUTER_IPS[0]}/tcp/4001`, `/ip4/${OUTER_IPS[0]}/udp/4001/quic-v1`]
  const config = await configFile(folder, 'seed', { addresses: { listen, private: true } })
  const seed = startCommand({ binary: 'seed', args: ['--config', config], wrapper: outer })
  onTestFinished(() => seed[Symbol.asyncDispose]())
  const { promise: ended, reject } = Promise.withResolvers<never>()
  void seed.result.then(({ stdout, stderr }) => reject(new Error(`the seed ended: ${stderr}${stdout}`)))
  const address = poll(() => /\/ip4\/203\.0\.113\.10\/tcp\/4001\/p2p\/\w+/.exec(seed.output().stdout)?.[0], {
    what: 'the seed',
    ms: PATIENCE_MS
  })
  ended.catch(() => {})
  return await Promise.race([address, ended])
}

async function configFile(folder: string, role: 'seed' | 'edge', config: object): Promise<string> {
  const dataDir = join(folder, role)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const file = `${dataDir}.yaml`
  await writeFile(file, stringify({ extends: 'dev', role, dataDir, network: 'lab', ...config }))
  return file
}

interface EdgeInit {
  seed: string
  folder: string
  relayed?: boolean
}

/** What `waystone doctor` says of an edge that runs at this place. */
async function examine(wrapper: string[], { seed, folder, relayed = true }: EdgeInit): Promise<Report> {
  const quic = seed.replace('/tcp/4001/', '/udp/4001/quic-v1/')
  const config = await configFile(folder, 'edge', {
    addresses: { listen: ['/ip4/0.0.0.0/tcp/0', '/ip4/0.0.0.0/udp/0/quic-v1'], private: false },
    seeds: [seed, quic],
    relays: relayed ? [seed] : [],
    nat: { stun: [`stun:${OUTER_IPS[0]}:${STUN_PORTS[0]}`] },
    mdns: { enabled: false }
  })
  const { stdout, stderr } = await runCommand({
    args: ['doctor', '--json', '--timeout', '6', '--config', config],
    wrapper
  })
  return JSON.parse(stdout === '' ? `"${stderr}"` : stdout) as Report
}

function findingIn(report: Report, check: string): Report['findings'][number] | undefined {
  return report.findings.find(finding => finding.check === check)
}

// the machine decides: a container without its own network can make no namespaces
describe.skipIf(reason !== undefined)('waystone doctor', { concurrent: true }, () => {
  // `for` hands over the context of each test, which tests side by side need
  it.for([
    ['port-preserving', 'endpoint-independent', 'address-and-port-dependent'],
    ['random', 'address-and-port-dependent', 'address-and-port-dependent'],
    ['full-cone', 'endpoint-independent', 'endpoint-independent']
  ] as const)(
    'behind a %s NAT sees %s mapping and %s filtering',
    async ([router, mapping, filtering], { onTestFinished }) => {
      const { lab, folder, seed } = await setUp(router, onTestFinished)
      const report = await examine(lab.inner, { folder, seed })
      expect(findingIn(report, 'nat.mapping')?.detail).toMatchObject({ behaviour: mapping })
      expect(findingIn(report, 'nat.mapping')?.summary).toContain(ROUTER_IP)
      expect(findingIn(report, 'nat.filtering')?.detail).toMatchObject({ behaviour: filtering })
      expect(findingIn(report, 'udp')).toMatchObject({ health: 'healthy', detail: { quic: { tried: 1, answered: 1 } } })
      expect(findingIn(report, 'ipv4')).toMatchObject({ health: 'healthy', detail: { global: [] } })
      // whatever the NAT: it has a reservation, and that is all an edge needs
      expect(findingIn(report, 'addresses')).toMatchObject({ health: 'healthy', detail: { reservations: 1 } })
      expect(report.findings.filter(({ health }) => health === 'degraded' || health === 'broken')).toEqual([])
      expect(report.verdict).toBe('healthy')
      expect(JSON.stringify(report.findings)).not.toContain(`"mapped":["${INNER_IP}`)
    }
  )

  it('on the router itself sees no NAT', async ({ onTestFinished }) => {
    const { lab, folder, seed } = await setUp('port-preserving', onTestFinished)
    const report = await examine(lab.router, { folder, seed })
    expect(findingIn(report, 'nat.mapping')?.detail).toMatchObject({ behaviour: 'no NAT' })
    expect(findingIn(report, 'nat.filtering')?.detail).toMatchObject({ behaviour: 'endpoint-independent' })
  })

  it('behind a random NAT without relays is degraded and names the way out', async ({ onTestFinished }) => {
    const { lab, folder, seed } = await setUp('random', onTestFinished)
    const report = await examine(lab.inner, { folder, seed, relayed: false })
    expect(report.verdict).toBe('degraded')
    expect(findingIn(report, 'nat.mapping')).toMatchObject({
      health: 'degraded',
      hint: expect.stringContaining('relays')
    })
  })

  it('tells UDP that is dropped from a network that is down', async ({ onTestFinished }) => {
    const { lab, folder, seed } = await setUp('without-udp', onTestFinished)
    const report = await examine(lab.inner, { folder, seed })
    expect(findingIn(report, 'udp')).toMatchObject({
      health: 'degraded',
      summary: expect.stringContaining('UDP is blocked'),
      detail: { stun: { tried: 1, answered: 0 }, quic: { tried: 1, answered: 0 }, tcp: { tried: 1, answered: 1 } }
    })
    expect(findingIn(report, 'nat.mapping')).toMatchObject({
      health: 'unknown',
      summary: expect.stringContaining('no STUN server answered')
    })
    expect(findingIn(report, 'addresses')).toMatchObject({ health: 'healthy' })
    expect(report.verdict).toBe('degraded')
  })
})
