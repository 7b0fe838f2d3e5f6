import { createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { AdminService } from '@waystone/wire/admin'
import { callFailure } from '../../src/api/index.ts'
import { limitUnaryTime } from '../../src/api/interceptors.ts'

function silentNode() {
  const clock = new ManualClock()
  const transport = createRouterTransport(
    router => router.service(AdminService, { getNode: async () => await new Promise(() => {}) }),
    { transport: { interceptors: [limitUnaryTime(5_000, clock)] } }
  )
  return { clock, admin: createClient(AdminService, transport) }
}

it('a call that a node never answers ends with a name and a hint', async () => {
  const { clock, admin } = silentNode()
  const failed = admin.getNode({}).catch(callFailure)
  await clock.advance(5_000)
  expect(await failed).toMatchObject({
    name: 'NodeSilentError',
    message: 'the node did not answer GetNode within 5 s',
    hint: expect.stringContaining('overloaded')
  })
  expect(clock.pending).toBe(0)
})

it('an interrupted call ends at once and leaves no timer', async () => {
  const { clock, admin } = silentNode()
  const controller = new AbortController()
  const failed = admin.getNode({}, { signal: controller.signal }).catch(callFailure)
  controller.abort(new Error('enough'))
  expect(await failed).toMatchObject({ name: 'CallFailedError', message: 'enough' })
  expect(clock.pending).toBe(0)
})
