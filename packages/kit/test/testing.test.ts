import { access } from 'node:fs/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { poll, until } from '@waystone/kit/testing'
import { SilentServer, temporaryFolder } from '@waystone/kit/testing/node'

it('polling ends with the first answer, or says what never came', async () => {
  let asked = 0
  expect(await poll(() => (++asked === 3 ? 'there' : undefined), { what: 'an answer' })).toBe('there')
  await expect(poll(() => undefined, { what: 'an answer', ms: 1 })).rejects.toThrow('an answer took longer than 1 ms')
  await until(() => ++asked > 5)
  await expect(until(async () => asked < 0, { ms: 1 })).rejects.toThrow('asked < 0')
})

it('a temporary folder is gone when it is disposed of', async () => {
  const folder = await temporaryFolder()
  await access(folder.path)
  await folder[Symbol.asyncDispose]()
  await expect(access(folder.path)).rejects.toMatchObject({ code: 'ENOENT' })
})

it('a silent server accepts, and lets go of its port and its connections when it is disposed of', async () => {
  const server = await SilentServer.listen()
  const socket = connect(server.port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  await server[Symbol.asyncDispose]()
  await once(socket, 'close')
  const again = connect(server.port, '127.0.0.1')
  await expect(once(again, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
