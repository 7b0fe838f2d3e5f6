import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { HostilePeer } from './hostile-peer.ts'
import { cleanUp, content, fileOf, nextEvent, pair } from './nodes.ts'
import type { Startable } from '@libp2p/interface'
import type { FileTransfer, ReceivedFile, SendProgress } from '../src/index.ts'

afterEach(cleanUp)

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe('send', () => {
  it('delivers a file with its name, bytes, digest and a receipt', async () => {
    const { sender, receiver, inbox, outbox } = await pair()
    const bytes = content(3_000_001)
    const received = nextEvent<ReceivedFile>(receiver.services.files, 'received')
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(outbox, 'map.bin', bytes))
    expect(sent).toMatchObject({ storedAs: 'map.bin', size: 3_000_001, sha256: sha256(bytes), attempts: 1 })
    expect(sent.route).toMatchObject({ path: 'direct', transport: 'tcp' })
    expect(sha256(await readFile(join(inbox, 'map.bin')))).toBe(sha256(bytes))
    expect(await received).toMatchObject({ storedAs: 'map.bin', path: join(inbox, 'map.bin'), sha256: sha256(bytes) })
    expect(await readdir(inbox)).toEqual(['map.bin'])
    expect((await stat(join(inbox, 'map.bin'))).mode & 0o777).toBe(0o600)
  })

  it('does not stop before the sender has taken its receipt', async () => {
    const { sender, receiver } = await pair()
    const files: FileTransfer & Partial<Startable> = receiver.services.files
    const peer = await HostilePeer.dial(sender, receiver)
    await peer.offer({ size: 0n })
    await peer.hear()
    await peer.say({ case: 'begin', value: { offset: 0n } })
    const received = nextEvent(files, 'received')
    await peer.say({ case: 'complete', value: { sha256: Buffer.from(sha256(new Uint8Array(0)), 'hex') } })
    await received
    const order: string[] = []
    const stopping = Promise.resolve(files.beforeStop?.()).then(() => order.push('stopping'))
    expect(await peer.hear()).toMatchObject({ case: 'receipt' })
    order.push('receipt taken')
    await peer.stream.close()
    await stopping
    expect(order).toEqual(['receipt taken', 'stopping'])
  })

  it('delivers an empty file', async () => {
    const { sender, receiver, inbox, outbox } = await pair()
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(outbox, 'empty', new Uint8Array(0)))
    expect(sent).toMatchObject({ size: 0, sha256: sha256(new Uint8Array(0)) })
    expect((await stat(join(inbox, 'empty'))).size).toBe(0)
  })

  it('reports progress up to the end', async () => {
    const { sender, receiver, outbox } = await pair()
    const seen: SendProgress[] = []
    const path = await fileOf(outbox, 'a', content(2_000_000))
    await sender.services.files.send(receiver.peerId, path, { onProgress: progress => seen.push(progress) })
    const phases = [...new Set(seen.map(progress => progress.phase))]
    expect(phases).toEqual(['connecting', 'offering', 'sending', 'confirming', 'done'])
    expect(seen.at(-1)).toMatchObject({ bytes: 2_000_000, total: 2_000_000, attempt: 1 })
  })
})
