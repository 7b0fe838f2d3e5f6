import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand, startCommand } from '../harness/command.ts'
import type { NodeReport } from '../../packages/cli/src/up/announcement.ts'

interface Report {
  verdict: string
  role: string
  peerId: string
  findings: { check: string; health: string; summary: string; hint?: string; detail: Record<string, unknown> }[]
}

const SOME_PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function reportIn(stdout: string): Report {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(stdout) as Report
}

it('examines each role of a running waystone up, and each of them is healthy', async () => {
  const folder = await folderOfTest()
  await using up = startCommand({ args: ['up', '--json', '--data-dir', folder] })
  const line = await poll(() => /^\{"event":"ready".*$/m.exec(up.output().stdout)?.[0], { what: 'ready', ms: 60_000 })
  const { nodes } = JSON.parse(line) as { nodes: NodeReport[] }
  for (const [name, role] of [
    ['seed-1', 'seed'],
    ['relay-1', 'relay'],
    ['edge-1', 'edge'],
    ['edge-3', 'edge']
  ]) {
    const dataDir = join(folder, name ?? '')
    const { stdout, stderr, code } = await runCommand({ args: ['doctor', '--json', '--data-dir', dataDir] })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const report = reportIn(stdout)
    const { peerId } = nodes.find(node => node.name === name) ?? {}
    expect(report).toMatchObject({ verdict: 'healthy', role, peerId })
    const of = (check: string) => report.findings.find(finding => finding.check === check)
    expect(report.findings.filter(({ health }) => !['healthy', 'unknown'].includes(health))).toEqual([])
    expect(of('addresses')?.health).toBe('healthy')
    expect(of('nat.mapping')).toMatchObject({ health: 'unknown', hint: expect.stringContaining('nat.stun') })
    // all on one machine
    expect(Math.abs(Number(of('clock')?.detail['offsetMs']))).toBeLessThan(1_000)
    const seeds = report.findings.filter(({ check }) => check.startsWith('seed:'))
    expect(seeds).toHaveLength(role === 'seed' ? 1 : 2)
    expect(seeds.every(({ detail }) => typeof detail['latencyMs'] === 'number')).toBe(true)
    if (name === 'edge-3') expect(of('addresses')?.detail).toMatchObject({ reservations: 2 })
    if (role !== 'edge') expect(of('browser')).toMatchObject({ health: 'healthy' })
    expect(stdout).not.toMatch(/PRIVATE KEY|token/i)
  }
  up.process.kill('SIGINT')
  await up.result
})

it('says why a seed cannot be reached, and tells by its exit code that the node is broken', async () => {
  const folder = await folderOfTest()
  const seed = `/ip4/127.0.0.1/tcp/${await closedPort()}/p2p/${SOME_PEER}`
  const args = ['doctor', '--preset', 'dev', '--data-dir', join(folder, 'edge'), '--seeds', seed]
  const json = await runCommand({ args: [...args, '--json'] })
  expect(json.code, json.stderr).toBe(6)
  const report = reportIn(json.stdout)
  expect(report.verdict).toBe('broken')
  expect(report.findings.find(({ check }) => check === `seed:${SOME_PEER}`)).toMatchObject({
    health: 'degraded',
    summary: expect.stringContaining('ECONNREFUSED'),
    hint: expect.stringContaining('nothing listens'),
    detail: { connected: false, failure: { result: 'unreachable' } }
  })
  const text = await runCommand({ args, env: { LC_ALL: 'C' } })
  expect(text.code).toBe(6)
  expect(text.stdout).toMatch(/^broken: edge 12D3KooW/)
  expect(text.stdout).toMatch(/^ {2}x connected to 0 peers; 0 of 1 seed answer$/m)
  expect(text.stdout).toContain('-> nothing listens at this port')
  expect(text.stdout).toMatch(/^[\n\x20-\x7e]*$/)
})

it('is degraded, and works, without seeds', async () => {
  const folder = await folderOfTest()
  const { code, stdout } = await runCommand({ args: ['doctor', '--preset', 'dev', '--json', '--data-dir', folder] })
  expect(code).toBe(5)
  expect(reportIn(stdout).verdict).toBe('degraded')
})

it('refuses a time-out that is none', async () => {
  const { code, stderr } = await runCommand({ args: ['doctor', '--timeout', 'soon'] })
  expect(code).toBe(2)
  expect(stderr).toContain('--timeout')
})
