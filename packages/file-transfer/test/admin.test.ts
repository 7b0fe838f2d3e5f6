import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { Code, ConnectError, createClient, createContextValues, createRouterTransport } from '@connectrpc/connect'
import { callerKey, describeRpcFailure } from '@waystone/rpc'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { FileService, ReceiveFilesRequestSchema } from '@waystone/wire/admin'
import { afterEach, describe, expect, it } from 'vitest'
import { fileAdmin } from '../src/admin.ts'
import { cleanUp, content, fileNode, fileOf, tempFolder } from './nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { Caller } from '@waystone/rpc'
import type { ReceiveFilesResponse, SendFileResponse } from '@waystone/wire/admin'
import type { FileNode } from './nodes.ts'

afterEach(cleanUp)

const OPERATOR: Caller = { kind: 'operator', remoteAddress: '127.0.0.1' }

/** The calls of a node, as somebody makes them. */
function adminOf(node: FileNode, caller: Caller | null = OPERATOR): Client<typeof FileService> {
  const { addressManager } = (node as unknown as { components: { addressManager: { getAddresses(): [] } } }).components
  const service = fileAdmin({
    files: node.services.files,
    own: { peerId: node.peerId, addressManager },
    clock: systemClock
  })
  const values = createContextValues().set(callerKey, caller ?? undefined)
  const transport = createRouterTransport(router => void router.service(FileService, service), {
    router: { interceptors: [next => request => next({ ...request, contextValues: values })] }
  })
  return createClient(FileService, transport)
}

type Cased = SendFileResponse | ReceiveFilesResponse

async function nextOf<T extends Cased>(events: AsyncIterator<T>, wanted: T['event']['case']): Promise<object> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const { case: kind, value } = next.value.event
    if (kind === wanted && value !== undefined) return value
  }
  throw new Error(`it ended without ${wanted}`)
}

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const event of events) seen.push(event)
  return seen
}

async function failureOf(events: AsyncIterable<unknown>): Promise<ReturnType<typeof describeRpcFailure>> {
  return describeRpcFailure(await all(events).catch((error: unknown) => error))
}

describe('sending through a running node', () => {
  it('tells how it goes and ends with the receipt', async () => {
    const inbox = await tempFolder()
    const [sender, receiver] = [await fileNode(), await fileNode({ inbox })]
    const bytes = content(300_000)
    const path = await fileOf(await tempFolder(), 'map.bin', bytes)
    const peer = String(receiver.getMultiaddrs()[0])
    const events = await all(adminOf(sender).sendFile({ path, peer, name: 'other.bin' }))
    expect(events.at(-1)?.event).toMatchObject({
      case: 'delivered',
      value: { storedAs: 'other.bin', size: 300_000n, sha256: createHash('sha256').update(bytes).digest('hex') }
    })
    const phases = events.flatMap(({ event }) => (event.case === 'progress' ? [event.value.phase] : []))
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
      'connecting',
      'offering',
      'sending',
      'confirming',
      'done'
    ])
    expect(await readFile(join(inbox, 'other.bin'))).toEqual(bytes)
  })

  it('names what is wrong', async () => {
    const node = await fileNode()
    const other = await fileNode()
    const admin = adminOf(node)
    const peer = String(other.getMultiaddrs()[0])
    const path = await fileOf(await tempFolder(), 'a', content(1))
    expect(await failureOf(admin.sendFile({ path: 'a', peer }))).toMatchObject({
      code: Code.InvalidArgument,
      name: 'PathNotAbsoluteError',
      hint: expect.any(String)
    })
    expect(await failureOf(admin.sendFile({ path, peer: 'bob' }))).toMatchObject({ name: 'PeerNameInvalidError' })
    expect(await failureOf(admin.sendFile({ path: `${path}-gone`, peer }))).toMatchObject({
      name: 'FileUnreadableError'
    })
    expect(await failureOf(admin.sendFile({ path, peer }))).toMatchObject({ name: 'NotReceivingError' })
  })

  it('stops the transfer when its caller goes', async () => {
    const inbox = await tempFolder()
    const [sender, receiver] = [await fileNode(), await fileNode({ inbox, allow: () => new Promise(() => {}) })]
    const path = await fileOf(await tempFolder(), 'a', content(10))
    const controller = new AbortController()
    const peer = String(receiver.getMultiaddrs()[0])
    const events = adminOf(sender).sendFile({ path, peer }, { signal: controller.signal })
    const reader = events[Symbol.asyncIterator]()
    await nextOf(reader, 'progress')
    const [connection] = await connectionsOf(sender)
    controller.abort()
    await expect(nextOf(reader, 'delivered')).rejects.toBeInstanceOf(ConnectError)
    await until(() => !(connection?.streams ?? []).some(({ protocol }) => protocol.includes('/file/')))
    expect(await readdir(inbox)).toEqual([])
  })
})

async function connectionsOf(node: FileNode) {
  await until(() => node.getConnections().length > 0)
  return node.getConnections()
}

describe('receiving through a running node', () => {
  it('takes files into a folder as long as the call lasts', async () => {
    const [receiver, sender, folder] = [await fileNode(), await fileNode(), join(await tempFolder(), 'new')]
    const controller = new AbortController()
    const events = adminOf(receiver).receiveFiles({ folder }, { signal: controller.signal })[Symbol.asyncIterator]()
    const { peer, addresses } = (await nextOf(events, 'receiving')) as { peer: string; addresses: string[] }
    expect(peer).toBe(receiver.peerId.toString())
    expect(addresses).toEqual(receiver.getMultiaddrs().map(String))
    const path = await fileOf(await tempFolder(), 'a', content(10))
    const { storedAs } = await sender.services.files.send(receiver.peerId, path, {
      addresses: receiver.getMultiaddrs()
    })
    expect(storedAs).toBe('a')
    expect(await nextOf(events, 'received')).toMatchObject({ path: join(folder, 'a'), size: 10n })
    controller.abort()
    await until(async () => {
      const again = sender.services.files.send(receiver.peerId, path)
      return await again.then(
        () => false,
        (error: unknown) => error instanceof Error && error.name === 'NotReceivingError'
      )
    })
  })

  it('takes them only of the peers that are named, up to their size', async () => {
    const [receiver, sender, other] = [await fileNode(), await fileNode(), await fileNode()]
    const folder = await tempFolder()
    const request = create(ReceiveFilesRequestSchema, { folder, accept: [sender.peerId.toString()], maxFileSize: 5n })
    const events = adminOf(receiver).receiveFiles(request)[Symbol.asyncIterator]()
    await nextOf(events, 'receiving')
    const path = await fileOf(await tempFolder(), 'a', content(10))
    const options = { addresses: receiver.getMultiaddrs() }
    await expect(sender.services.files.send(receiver.peerId, path, options)).rejects.toMatchObject({
      reason: 'too-large'
    })
    await expect(other.services.files.send(receiver.peerId, path, options)).rejects.toMatchObject({
      reason: 'not-allowed'
    })
    expect(await nextOf(events, 'refused')).toMatchObject({ failure: { name: 'too-large' } })
    await events.return?.()
  })

  it('adds to the inbox of the config, and leaves it as it was', async () => {
    const inbox = await tempFolder()
    const [friend, guest] = [await fileNode(), await fileNode()]
    const receiver = await fileNode({ inbox, allow: peer => peer.equals(friend.peerId) })
    const path = await fileOf(await tempFolder(), 'a', content(10))
    const options = { addresses: receiver.getMultiaddrs() }
    const send = async (node: FileNode) => node.services.files.send(receiver.peerId, path, options)
    await expect(send(guest)).rejects.toMatchObject({ reason: 'not-allowed' })
    const receiving = await receiver.services.files.receive()
    expect(receiving.folder).toBe(inbox)
    expect((await send(guest)).storedAs).toBe('a')
    await receiving.close()
    await receiving.close()
    await expect(send(guest)).rejects.toMatchObject({ reason: 'not-allowed' })
    expect((await send(friend)).storedAs).toBe('a (1)')
  })

  it('names what is wrong', async () => {
    const admin = adminOf(await fileNode())
    const file = await fileOf(await tempFolder(), 'a', content(1))
    expect(await failureOf(admin.receiveFiles({}))).toMatchObject({ name: 'NoInboxError' })
    expect(await failureOf(admin.receiveFiles({ folder: 'here' }))).toMatchObject({ name: 'PathNotAbsoluteError' })
    expect(await failureOf(admin.receiveFiles({ folder: file }))).toMatchObject({ name: 'InboxError' })
    expect(await failureOf(admin.receiveFiles({ folder: '/x', accept: ['bob'] }))).toMatchObject({
      name: 'PeerNameInvalidError'
    })
  })

  it('ends with the node', async () => {
    const node = await fileNode()
    const receiving = adminOf(node).receiveFiles({ folder: await tempFolder() })
    const reader = receiving[Symbol.asyncIterator]()
    await nextOf(reader, 'receiving')
    const end = reader.next()
    await node.stop()
    expect(await end).toMatchObject({ done: true })
    const again = adminOf(node).receiveFiles({ folder: await tempFolder() })
    expect(await failureOf(again)).toMatchObject({ name: 'FileTransferStoppedError' })
  })
})

it('lets no peer name files of this machine, whatever its trust', async () => {
  const node = await fileNode()
  const [path, folder] = [join(await tempFolder(), 'a'), await tempFolder()]
  await writeFile(path, 'secret')
  const peer: Caller = {
    kind: 'peer',
    peer: node.peerId,
    remoteAddress: node.getMultiaddrs()[0] as never,
    limits: undefined,
    route: { path: 'direct', transport: 'tcp', reason: '' } as never
  }
  const refused = { code: Code.PermissionDenied, name: 'OperatorOnlyError' }
  for (const admin of [adminOf(node, peer), adminOf(node, null)]) {
    expect(await failureOf(admin.sendFile({ path, peer: node.peerId.toString() }))).toMatchObject(refused)
    expect(await failureOf(admin.receiveFiles({ folder }))).toMatchObject(refused)
  }
})
