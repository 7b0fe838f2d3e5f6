import { until } from '@waystone/kit/testing'
import { systemClock } from '@waystone/kit'
import { afterEach, expect, it } from 'vitest'
import { parseTarget } from '../src/address.ts'
import { connectToTarget } from '../src/socket.ts'
import { cleanUp, failureOf, target } from './nodes.ts'
import type { Socket } from 'node:net'

afterEach(cleanUp)

const { signal } = new AbortController()

/** A connection to a target that has reset it before anybody carried it. */
async function resetEarly(): Promise<Socket> {
  const accepted: Socket[] = []
  const address = await target(socket => void accepted.push(socket))
  const socket = await connectToTarget(parseTarget(address), { clock: systemClock, signal })
  await until(() => accepted.length === 1)
  accepted[0]?.resetAndDestroy()
  return socket
}

it('a target that resets before its tunnel is open does not end the process', async () => {
  expect(await failureOf(await resetEarly())).toBe('ECONNRESET')
})
