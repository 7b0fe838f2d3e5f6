import { Code, createClient, createRouterTransport } from '@connectrpc/connect'
import { describeRpcFailure, createCursors } from '@waystone/rpc'
import { seededRandom, until } from '@waystone/kit/testing'
import { registry as messages } from '@waystone/wire/admin'
import { describe, expect, it } from 'vitest'
import { registryService } from '../../src/admin/registry-calls.ts'
import { ClientWorld } from '../client/world.ts'
import type { Client } from '@connectrpc/connect'

function adminOf({ registry }: ClientWorld, digest?: Uint8Array): Client<typeof messages.RegistryAdminService> {
  const state = digest && (async () => ({ records: 1, digest }))
  const { service: served, implementation } = registryService({ registry, state }, createCursors(seededRandom(1)))
  return createClient(
    served,
    createRouterTransport(({ service }) => void service(served, implementation))
  )
}

describe('the registry for the operator', () => {
  it('asks, watches, and tells what this node has registered', async () => {
    const world = await ClientWorld.start()
    const seed = await world.seed()
    const entry = world.registry.enroll('rendezvous', new Uint8Array(), { key: 'chess' })
    await until(() => entry.heldBy().length === 1)
    const admin = adminOf(world)
    const { answer, asked } = await admin.query({ query: { kind: 'rendezvous' } })
    expect(answer?.records.length).toBe(1)
    expect(asked).toEqual([seed.peer.toString()])
    expect(await admin.listOwn({})).toMatchObject({ records: [{ kind: 'rendezvous', key: 'chess', heldBy: asked }] })
    const changes: (string | undefined)[] = []
    for await (const { change } of admin.watch({ watch: { kind: 'rendezvous' } })) {
      changes.push(change?.change.case)
      if (change?.change.case === 'current') break
    }
    expect(changes).toEqual(['put', 'current'])
  })

  it('shows the digest of the registry that the node keeps', async () => {
    const world = await ClientWorld.start()
    await world.seed()
    const kinds = await adminOf(world, Uint8Array.of(7)).listKinds({})
    expect(kinds).toMatchObject({ digest: Uint8Array.of(7), asked: { length: 1 } })
  })

  it('calls a kind that nobody knows a wrong argument, as it does a wrong filter', async () => {
    const { store, verify } = await (await ClientWorld.start()).seed()
    const admin = adminOf(await ClientWorld.start({ local: async () => ({ store, verify }) }))
    const failure: unknown = await admin.query({ query: { kind: 'weather' } }).catch((error: unknown) => error)
    expect(describeRpcFailure(failure)).toMatchObject({ name: 'UnknownKindError', code: Code.InvalidArgument })
  })

  it.each([
    ['NoRegistryError', { kind: 'rendezvous' }],
    ['RegistryCursorError', { kind: 'rendezvous', page: { size: 1, cursor: 'nothing' } }]
  ])('says %s by name', async (name, query) => {
    const failure: unknown = await adminOf(await ClientWorld.start())
      .query({ query })
      .catch((error: unknown) => error)
    expect(describeRpcFailure(failure).name).toBe(name)
  })
})
