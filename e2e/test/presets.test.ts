import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { repository } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'

const presets = globSync('*.yaml', { cwd: join(repository, 'configs') }).map(file => basename(file, '.yaml'))

// the preset's own listen addresses, with ports that are free here
const onFreePorts: Record<string, string> = {
  seed: '/ip4/0.0.0.0/tcp/0,/ip4/0.0.0.0/tcp/0/ws,/ip4/0.0.0.0/udp/0/quic-v1,/ip4/0.0.0.0/udp/0/webrtc-direct',
  relay: '/ip4/0.0.0.0/tcp/0,/ip4/0.0.0.0/tcp/0/ws,/ip4/0.0.0.0/udp/0/quic-v1,/ip4/0.0.0.0/udp/0/webrtc-direct'
}

it('finds the presets', () => expect(presets.toSorted()).toEqual(['dev', 'edge', 'relay', 'seed', 'thin']))

it.each(presets)('the preset %s starts as it is', async preset => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const listen = onFreePorts[preset]
  const role = preset === 'seed' || preset === 'relay' ? preset : 'edge'
  await using node = await startNode({
    role,
    dataDir: join(folder.path, preset),
    config: { extends: preset, admin: { port: 0 }, mdns: { enabled: false } },
    args: listen === undefined ? [] : ['--set', `addresses.listen=${listen}`]
  })
  const status = await node.ready()
  expect(status.role).toBe(role)
  expect(status.addresses.length).toBeGreaterThan(0)
  expect((await node.stop()).code).toBe(0)
})
