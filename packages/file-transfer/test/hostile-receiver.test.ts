import { createHash } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ManualClock } from '@waystone/kit/testing'
import { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
import { RefuseReason } from '@waystone/wire/file-transfer'
import { afterEach, describe, expect, it } from 'vitest'
import { signReceipt, verifyReceipt } from '../src/receipt.ts'
import { HostilePeer } from './hostile-peer.ts'
import { cleanUp, content, fileNode, fileOf, nextEvent, pair, tempFolder } from './nodes.ts'
import type { FileNode } from './nodes.ts'
import type { FileTransferInit, RefusedOffer, SendOptions, SentFile } from '../src/index.ts'

afterEach(cleanUp)

interface Scene {
  sender: FileNode
  receiver: FileNode
  send(length: number, options?: SendOptions): Promise<SentFile>
}

/** A sender, and a receiver that does what the test says. */
async function scene(behave: (peer: HostilePeer) => Promise<void>, senderInit: FileTransferInit = {}): Promise<Scene> {
  const receiver = await fileNode()
  await receiver.handle(FILE_TRANSFER_PROTOCOL, async stream => behave(new HostilePeer(stream)).catch(() => undefined))
  const sender = await fileNode(senderInit)
  const outbox = await tempFolder()
  const send = async (length: number, options: SendOptions = {}): Promise<SentFile> => {
    const path = await fileOf(outbox, 'a', content(length))
    return sender.services.files.send(receiver.peerId, path, {
      attempts: 1,
      addresses: receiver.getMultiaddrs(),
      ...options
    })
  }
  return { sender, receiver, send }
}

describe('a sender', () => {
  it.each([
    ['garbage', async (peer: HostilePeer) => void peer.stream.send(Uint8Array.of(3, 9, 9, 9)), 'FileProtocolError'],
    [
      'a frame over the cap',
      async (peer: HostilePeer) => void peer.stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f)),
      'FileProtocolError'
    ],
    [
      'a message out of order',
      async (peer: HostilePeer) => peer.say({ case: 'begin', value: {} }),
      'FileProtocolError'
    ],
    [
      'more bytes held than the file has',
      async (peer: HostilePeer) => peer.say({ case: 'accept', value: { offset: 2n ** 60n } }),
      'FileProtocolError'
    ],
    ['a reset', async (peer: HostilePeer) => peer.stream.abort(new Error('no')), 'TransferBrokenError'],
    ['a closed stream', async (peer: HostilePeer) => peer.stream.close(), 'TransferBrokenError'],
    [
      'half a frame',
      async (peer: HostilePeer) => {
        peer.stream.send(Uint8Array.of(20, 1))
        await peer.stream.close()
      },
      'TransferBrokenError'
    ]
  ])('ends with a named error when the offer is answered by %s', async (_, answer, name) => {
    const { send } = await scene(async peer => {
      await peer.hear()
      await answer(peer)
    })
    await expect(send(1000)).rejects.toMatchObject({ name, hint: expect.any(String) })
  })

  it('stops at once when it is refused in the middle', async () => {
    const { send } = await scene(async peer => {
      await peer.hear()
      await peer.say({ case: 'accept', value: {} })
      await peer.hear()
      await peer.say({ case: 'refuse', value: { reason: RefuseReason.NO_SPACE, detail: 'full \u001b[2J' } })
    })
    let most = 0
    const onProgress = (progress: { bytes: number }): void => void (most = Math.max(most, progress.bytes))
    const sending = send(40_000_000, { onProgress })
    await expect(sending).rejects.toMatchObject({ name: 'FileRefusedError', reason: 'no-space' })
    await expect(sending).rejects.not.toThrow('\u001b')
    expect(most).toBeLessThan(40_000_000)
  })

  it('shows nothing of a receipt that steers a terminal', async () => {
    const key = await generateKeyPair('Ed25519')
    const receiver = peerIdFromPrivateKey(key)
    const [transferId, sha256] = [new Uint8Array(16), new Uint8Array(32)]
    const facts = { transferId, sha256, size: 1, receivedAt: 0, sender: receiver, receiver }
    const receipt = await signReceipt({ ...facts, name: '\u001b[2Jall is well\r\n\u202eok' }, key)
    expect((await verifyReceipt(receipt, facts)).name).toBe(' [2Jall is well   ok')
  })

  it('does not believe a receipt that somebody else signed', async () => {
    const forger = await generateKeyPair('Ed25519')
    const bytes = content(1000)
    const { send, sender, receiver } = await scene(async peer => {
      const offer = await peer.hear()
      if (offer?.case !== 'offer') return
      const facts = {
        transferId: offer.value.transferId,
        name: 'a',
        size: 1000,
        sha256: createHash('sha256').update(bytes).digest(),
        receivedAt: 1,
        sender: sender.peerId,
        receiver: receiver.peerId
      }
      await peer.say({ case: 'receipt', value: await signReceipt(facts, forger) })
    })
    await expect(send(1000)).rejects.toMatchObject({ name: 'ReceiptInvalidError' })
  })

  it('keeps little in memory and stalls by name when the receiver stops reading', async () => {
    const clock = new ManualClock()
    const { send } = await scene(
      async peer => {
        await peer.hear()
        await peer.say({ case: 'accept', value: {} })
        // the frames pause the stream and nobody reads on
        await peer.hear()
      },
      { clock }
    )
    let most = 0
    const moving = Promise.withResolvers<void>()
    const onProgress = (progress: { phase: string; bytes: number }): void => {
      if (progress.phase !== 'sending') return
      most = Math.max(most, progress.bytes)
      moving.resolve()
    }
    const state = { over: false }
    const sending = send(60_000_000, { onProgress }).finally(() => (state.over = true))
    sending.catch(() => undefined)
    await moving.promise
    while (!state.over) await clock.advance(30_000)
    await expect(sending).rejects.toMatchObject({ name: 'TransferStalledError' })
    expect(most).toBeLessThan(20 * 1024 * 1024)
    expect(clock.pending).toBe(0)
  })

  it('asks again when the receiver is busy', async () => {
    const clock = new ManualClock()
    let offers = 0
    const { send } = await scene(
      async peer => {
        await peer.hear()
        const reason = ++offers < 3 ? RefuseReason.BUSY : RefuseReason.NOT_ALLOWED
        await peer.say({ case: 'refuse', value: { reason } })
      },
      { clock }
    )
    const onProgress = (progress: { phase: string }): void => {
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
    }
    await expect(send(10, { attempts: 9, onProgress })).rejects.toMatchObject({ reason: 'not-allowed' })
    expect(offers).toBe(3)
  })

  it('gives up after a time without progress', async () => {
    const clock = new ManualClock()
    const { send } = await scene(async peer => peer.stream.abort(new Error('no')), { clock })
    const onProgress = (progress: { phase: string }): void => {
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
    }
    const sending = send(10, { attempts: Infinity, giveUpAfterMs: 60_000, onProgress })
    await expect(sending).rejects.toMatchObject({ name: 'TransferBrokenError' })
  })

  it('says that a peer cannot be reached, and tries three times', async () => {
    const clock = new ManualClock()
    const sender = await fileNode({ clock })
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const path = await fileOf(await tempFolder(), 'a', content(10))
    let attempts = 0
    const onProgress = (progress: { phase: string; attempt: number }): void => {
      attempts = progress.attempt
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
    }
    await expect(sender.services.files.send(stranger, path, { onProgress })).rejects.toMatchObject({
      name: 'PeerUnreachableError',
      hint: expect.any(String)
    })
    expect(attempts).toBe(3)
  })

  it.each(['/nowhere/at-all', '/'])('says that %s cannot be read', async path => {
    const sender = await fileNode()
    await expect(sender.services.files.send(sender.peerId, path)).rejects.toMatchObject({ name: 'FileUnreadableError' })
  })

  it('stops when its signal is aborted', async () => {
    const { send } = await scene(async peer => void (await peer.hear()))
    const controller = new AbortController()
    const onProgress = (progress: { phase: string }): void => {
      if (progress.phase === 'offering') controller.abort(new Error('enough'))
    }
    await expect(send(1000, { signal: controller.signal, onProgress, attempts: 9 })).rejects.toThrow('enough')
  })

  it('ends when its service stops, and does not begin while it is stopped', async () => {
    const { send, sender } = await scene(async peer => void (await peer.hear()))
    let stopped: Promise<void> | undefined
    const onProgress = (progress: { phase: string }): void => {
      if (progress.phase === 'offering') stopped ??= Promise.resolve(sender.stop())
    }
    await expect(send(1000, { onProgress })).rejects.toMatchObject({ name: 'FileTransferStoppedError' })
    await stopped
    await expect(send(1000)).rejects.toMatchObject({ name: 'FileTransferStoppedError' })
  })
})

describe('the service', () => {
  it('ends inbound transfers when it stops, keeps their parts and works again after a start', async () => {
    const nodes = await pair()
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 1000n })
    expect(await peer.hear()).toMatchObject({ case: 'accept' })
    await nodes.receiver.stop()
    await nodes.receiver.stop()
    await nodes.receiver.start()
    const path = await fileOf(nodes.outbox, 'a', content(10))
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path, {
      addresses: nodes.receiver.getMultiaddrs()
    })
    expect(sent.storedAs).toBe('a')
  })

  it('counts a refusal for its operator', async () => {
    const nodes = await pair({ maxFileSize: 5 })
    const refused = nextEvent<RefusedOffer>(nodes.receiver.services.files, 'refused')
    const path = await fileOf(nodes.outbox, 'a', content(10))
    await expect(nodes.sender.services.files.send(nodes.receiver.peerId, path)).rejects.toMatchObject({
      reason: 'too-large'
    })
    expect((await refused).reason).toBe('too-large')
  })
})
