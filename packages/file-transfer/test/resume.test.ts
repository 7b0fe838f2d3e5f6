import { createHash } from 'node:crypto'
import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManualClock } from '@waystone/kit/testing'
import { RefuseReason } from '@waystone/wire/file-transfer'
import { afterEach, describe, expect, it } from 'vitest'
import { HostilePeer } from './hostile-peer.ts'
import { cleanUp, content, fileOf, pair } from './nodes.ts'
import { partKey, transferIdOf } from '../src/transfer-id.ts'
import type { FileNode, Pair } from './nodes.ts'
import type { SendOptions, SendProgress } from '../src/index.ts'

afterEach(cleanUp)

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The name under which the receiver keeps what it has of this file. */
async function partPath(nodes: Pair, path: string, name: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  const transferId = transferIdOf({ name, size, modifiedAt: Math.floor(mtimeMs) })
  return join(nodes.inbox, `.waystone-${partKey(nodes.sender.peerId.toString(), transferId)}.part`)
}

function cutConnections(node: FileNode): void {
  for (const connection of node.getConnections()) connection.abort(new Error('cut'))
}

/** Moves the clock over each wait between two attempts. */
function skipWaits(clock: ManualClock, onProgress?: (progress: SendProgress) => void): SendOptions {
  return {
    onProgress: progress => {
      onProgress?.(progress)
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
    }
  }
}

describe('a broken transfer', () => {
  it('resumes after each of several cuts and the hash matches', async () => {
    const clock = new ManualClock()
    const { sender, receiver, inbox, outbox } = await pair({}, { clock })
    const bytes = content(12_000_000)
    const cuts = [2_000_000, 5_000_000, 5_500_000, 9_000_000]
    const options = skipWaits(clock, progress => {
      if (progress.phase !== 'sending' || progress.bytes < (cuts[0] ?? Infinity)) return
      cuts.shift()
      cutConnections(sender)
    })
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(outbox, 'big', bytes), options)
    expect(sent).toMatchObject({ sha256: sha256(bytes), attempts: 5 })
    expect(sha256(await readFile(join(inbox, 'big')))).toBe(sha256(bytes))
    expect(await readdir(inbox)).toEqual(['big'])
  })

  it('is finished by a later send of the same file, which sends only what is missing', async () => {
    const nodes = await pair()
    const bytes = content(3_000_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await writeFile(await partPath(nodes, path, 'a'), bytes.subarray(0, 2_500_000))
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sent.sentBytes).toBe(500_000)
    expect(sha256(await readFile(join(nodes.inbox, 'a')))).toBe(sha256(bytes))
  })

  it('needs no bytes when all of them had arrived', async () => {
    const nodes = await pair()
    const bytes = content(1_000_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await writeFile(await partPath(nodes, path, 'a'), bytes)
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sent).toMatchObject({ sentBytes: 0, sha256: sha256(bytes) })
  })

  it('starts over when what arrived is not how the file begins', async () => {
    const nodes = await pair()
    const bytes = content(3_000_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await writeFile(await partPath(nodes, path, 'a'), content(2_500_000, 2))
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sent.sentBytes).toBe(3_000_000)
    expect(sha256(await readFile(join(nodes.inbox, 'a')))).toBe(sha256(bytes))
  })

  it('starts over when more arrived than the file has', async () => {
    const nodes = await pair()
    const bytes = content(100_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await writeFile(await partPath(nodes, path, 'a'), content(200_000))
    await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sha256(await readFile(join(nodes.inbox, 'a')))).toBe(sha256(bytes))
  })

  it('is not delivered twice when only the receipt was lost', async () => {
    const clock = new ManualClock()
    const { sender, receiver, inbox, outbox } = await pair({}, { clock })
    receiver.services.files.addEventListener('received', () => cutConnections(receiver), { once: true })
    const bytes = content(1_000_000)
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(outbox, 'a', bytes), skipWaits(clock))
    expect(sent).toMatchObject({ attempts: 2, storedAs: 'a', sha256: sha256(bytes) })
    expect(await readdir(inbox)).toEqual(['a'])
  })

  it('ends with a named error when the file changes between two attempts', async () => {
    const clock = new ManualClock()
    const { sender, receiver, outbox } = await pair({}, { clock })
    const path = await fileOf(outbox, 'a', content(4_000_000))
    let cut = false
    const options = skipWaits(clock, progress => {
      if (cut || progress.phase !== 'sending' || progress.bytes < 2_000_000) return
      cut = true
      cutConnections(sender)
    })
    const sending = sender.services.files.send(receiver.peerId, path, {
      onProgress: progress => {
        if (progress.phase === 'waiting') void utimes(path, 1, 1).then(() => options.onProgress?.(progress))
        else options.onProgress?.(progress)
      }
    })
    await expect(sending).rejects.toMatchObject({ name: 'FileChangedError' })
  })

  it('ends with a named error when the file becomes shorter while it is sent', async () => {
    const { sender, receiver, outbox } = await pair()
    const path = await fileOf(outbox, 'a', content(4_000_000))
    const onProgress = (progress: SendProgress): void => {
      if (progress.phase === 'offering') void writeFile(path, 'short')
    }
    await expect(sender.services.files.send(receiver.peerId, path, { onProgress })).rejects.toMatchObject({
      name: 'FileChangedError'
    })
  })

  it('is taken over by the next attempt of the same send while the receiver still waits for the first', async () => {
    const nodes = await pair()
    const first = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await first.offer()
    expect(await first.hear()).toMatchObject({ case: 'accept' })
    const second = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await second.offer()
    expect(await second.hear()).toMatchObject({ case: 'accept' })
    await first.gone()
    expect(second.stream.status).toBe('open')
  })

  it('is not taken over by another send of the same file', async () => {
    const nodes = await pair()
    const first = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await first.offer()
    expect(await first.hear()).toMatchObject({ case: 'accept' })
    const second = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await second.offer({ session: new Uint8Array(8).fill(9) })
    expect(await second.hear()).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.BUSY } })
    expect(first.stream.status).toBe('open')
  })
})

describe('partial files', () => {
  it('that nobody came back for are removed, others stay', async () => {
    const nodes = await pair()
    const name = (digit: string): string => join(nodes.inbox, `.waystone-${digit.repeat(32)}.part`)
    await writeFile(name('a'), 'old')
    await utimes(name('a'), 1, 1)
    await writeFile(name('b'), 'new')
    await writeFile(join(nodes.inbox, 'mine.part'), 'not ours')
    await utimes(join(nodes.inbox, 'mine.part'), 1, 1)
    await nodes.receiver.stop()
    await nodes.receiver.start()
    expect((await readdir(nodes.inbox)).sort()).toEqual([`.waystone-${'b'.repeat(32)}.part`, 'mine.part'])
  })

  it('are appended to by nobody else: another peer with the same file starts at zero', async () => {
    const nodes = await pair()
    const other = await pair()
    const bytes = content(500_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await writeFile(await partPath(nodes, path, 'a'), bytes.subarray(0, 400_000))
    const sent = await other.sender.services.files.send(nodes.receiver.peerId, path, {
      addresses: nodes.receiver.getMultiaddrs()
    })
    expect(sent.sentBytes).toBe(500_000)
  })
})
