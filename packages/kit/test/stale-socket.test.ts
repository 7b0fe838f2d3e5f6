import { once } from 'node:events'
import { rename, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { removeStaleSocket } from '@waystone/kit/stale-socket'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, test } from 'vitest'

test('the socket of a process that is gone is removed', async () => {
  await using folder = await temporaryFolder()
  const [socket, aside] = [join(folder.path, 'socket'), join(folder.path, 'aside')]
  const server = createServer().listen(socket)
  await once(server, 'listening')
  // closing removes the file, a crash would not
  await rename(socket, aside)
  server.close()
  await once(server, 'close')
  await expect(removeStaleSocket(aside)).resolves.toBeUndefined()
  await expect(stat(aside)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a socket on which a process listens, and a file, are left alone', async () => {
  await using folder = await temporaryFolder()
  const [socket, file] = [join(folder.path, 'socket'), join(folder.path, 'file')]
  const server = createServer().listen(socket)
  await once(server, 'listening')
  await writeFile(file, 'precious')
  await expect(removeStaleSocket(socket)).resolves.toContain('another process listens')
  await expect(removeStaleSocket(file)).resolves.toContain('no socket')
  await expect(Promise.all([stat(socket), stat(file)])).resolves.toHaveLength(2)
  server.close()
})

test('a path at which there is nothing is free', async () => {
  await expect(removeStaleSocket('/nowhere/socket')).resolves.toBeUndefined()
})
