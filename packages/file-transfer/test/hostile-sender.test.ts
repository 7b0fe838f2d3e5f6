import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManualClock } from '@waystone/kit/testing'
import { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
import { RefuseReason } from '@waystone/wire/file-transfer'
import { afterEach, describe, expect, it } from 'vitest'
import { HostilePeer } from './hostile-peer.ts'
import { cleanUp, content, fileNode, fileOf, nextEvent, pair } from './nodes.ts'
import type { FailedReception, OpenFile, RefusedOffer } from '../src/index.ts'

afterEach(cleanUp)

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** A receiver that is broken must still take an honest file. */
async function expectStillWorking(nodes: Awaited<ReturnType<typeof pair>>): Promise<void> {
  const path = await fileOf(nodes.outbox, 'honest', content(10_000))
  const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
  expect(sent.storedAs).toBe('honest')
}

describe('a receiver', () => {
  it.each([
    ['a path', { name: '../../etc/x' }, RefuseReason.BAD_NAME],
    ['an empty name', { name: '' }, RefuseReason.BAD_NAME],
    ['a zero byte in the name', { name: 'a\0b' }, RefuseReason.BAD_NAME],
    ['2^63 bytes', { size: 2n ** 63n }, RefuseReason.TOO_LARGE],
    ['2^64 - 1 bytes', { size: 2n ** 64n - 1n }, RefuseReason.TOO_LARGE],
    ['a short transfer id', { transferId: new Uint8Array(3) }, RefuseReason.BAD_REQUEST],
    ['no session', { session: new Uint8Array(0) }, RefuseReason.BAD_REQUEST]
  ])('refuses an offer with %s and leaves the inbox empty', async (_, overrides, reason) => {
    const nodes = await pair()
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer(overrides)
    expect(await peer.hear()).toMatchObject({ case: 'refuse', value: { reason } })
    expect(await readdir(nodes.inbox)).toEqual([])
    await expectStillWorking(nodes)
  })

  it('refuses what its disk cannot hold before a byte is sent', async () => {
    const nodes = await pair({ maxFileSize: 2 ** 52 })
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 2n ** 52n })
    expect(await peer.hear()).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.NO_SPACE } })
  })

  it('refuses peers that are not allowed and says so to its operator', async () => {
    const nodes = await pair({ allow: () => false })
    const refused = nextEvent<RefusedOffer>(nodes.receiver.services.files, 'refused')
    const path = await fileOf(nodes.outbox, 'a', content(10))
    await expect(nodes.sender.services.files.send(nodes.receiver.peerId, path)).rejects.toMatchObject({
      name: 'FileRefusedError',
      reason: 'not-allowed'
    })
    expect(await refused).toMatchObject({ reason: 'not-allowed', peer: nodes.sender.peerId })
  })

  it.each([
    ['a frame over the cap', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3)],
    ['a frame just over the cap', Uint8Array.of(0x81, 0x40, 1)],
    ['garbage', content(64)],
    ['an envelope that cannot be read', Uint8Array.of(2, 0x0a, 0xff)],
    ['a message out of order', Uint8Array.of(2, 0x22, 0x00)]
  ])('answers %s with a reset or a refusal', async (_, bytes) => {
    const nodes = await pair()
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    peer.stream.send(bytes)
    const answer = await peer.hear()
    if (answer !== undefined)
      expect(answer).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.BAD_REQUEST } })
    await expectStillWorking(nodes)
  })

  it('gives up on a stream without an offer after the handshake deadline', async () => {
    const clock = new ManualClock()
    const nodes = await pair({ clock })
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await expectStillWorking(nodes)
    await clock.advance(10_000)
    await peer.gone()
    expect(peer.stream.status).not.toBe('open')
  })

  it('takes a file while one peer holds many streams without an offer', async () => {
    const nodes = await pair()
    const flooder = await fileNode()
    for (let round = 0; round < 5; round++) {
      const connection = await flooder.dial(nodes.receiver.getMultiaddrs(), { force: true })
      for (let count = 0; count < 30; count++) await connection.newStream(FILE_TRANSFER_PROTOCOL)
    }
    await expectStillWorking(nodes)
  })

  it('holds little of what comes before its answer', async () => {
    const nodes = await pair({ allow: async () => new Promise<boolean>(() => {}) })
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer()
    peer.stream.send(content(64 * 1024))
    await peer.gone()
    expect(peer.stream.status).not.toBe('open')
  })

  it('gives up on a transfer that stalls half-way, and keeps what arrived', async () => {
    const clock = new ManualClock()
    const nodes = await pair({ clock })
    const failed = nextEvent<FailedReception>(nodes.receiver.services.files, 'failed')
    const stored = nextEvent(nodes.receiver.services.files, 'progress')
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 4_000_000n })
    expect(await peer.hear()).toMatchObject({ case: 'accept' })
    await peer.say({ case: 'begin', value: {} })
    await stored
    peer.stream.send(content(2_000_000))
    await nextEvent(nodes.receiver.services.files, 'progress')
    const state = { over: false }
    void failed.then(() => (state.over = true))
    while (!state.over) await clock.advance(30_000)
    expect((await failed).error).toMatchObject({ name: 'TransferStalledError' })
    const [part] = await readdir(nodes.inbox)
    const kept = await readFile(join(nodes.inbox, part ?? ''))
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.equals(content(2_000_000).subarray(0, kept.length))).toBe(true)
  })

  it.each(['offer', 'begin', 'data', 'complete'])('survives a sender that goes away after %s', async phase => {
    const nodes = await pair()
    const failed = nextEvent<FailedReception>(nodes.receiver.services.files, 'failed')
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 1000n })
    if (phase !== 'offer') {
      expect(await peer.hear()).toMatchObject({ case: 'accept' })
      await peer.say({ case: 'begin', value: {} })
    }
    if (phase === 'data') peer.stream.send(content(500))
    if (phase === 'complete') peer.stream.send(content(1000))
    await peer.stream.close()
    expect((await failed).error).toMatchObject({ name: 'TransferBrokenError' })
    await expectStillWorking(nodes)
  })

  it('takes no byte more than was offered', async () => {
    const nodes = await pair()
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 1000n })
    await peer.hear()
    await peer.say({ case: 'begin', value: {} })
    peer.stream.send(content(200_000))
    const answer = await peer.hear()
    if (answer !== undefined)
      expect(answer).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.BAD_REQUEST } })
    const [part] = await readdir(nodes.inbox)
    expect((await readFile(join(nodes.inbox, part ?? ''))).length).toBe(1000)
  })

  it('removes what does not have the announced digest', async () => {
    const nodes = await pair()
    const failed = nextEvent<FailedReception>(nodes.receiver.services.files, 'failed')
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer({ size: 1000n })
    await peer.hear()
    await peer.say({ case: 'begin', value: {} })
    peer.stream.send(content(1000))
    await peer.say({ case: 'complete', value: { sha256: sha256(content(999)) } })
    expect(await peer.hear()).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.HASH_MISMATCH } })
    expect((await failed).error).toMatchObject({ name: 'HashMismatchError' })
    expect(await readdir(nodes.inbox)).toEqual([])
  })

  it('does not begin where it was not agreed', async () => {
    const nodes = await pair()
    const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
    await peer.offer()
    await peer.hear()
    await peer.say({ case: 'begin', value: { offset: 500n } })
    expect(await peer.hear()).toMatchObject({ case: 'refuse', value: { reason: RefuseReason.BAD_REQUEST } })
  })

  it('takes only so many transfers at once out of 1000 offers', async () => {
    const nodes = await pair({ maxTransfersPerPeer: 3 })
    const peers: HostilePeer[] = []
    const answers: Array<string | undefined> = []
    for (let index = 0; index < 1000; index++) {
      try {
        const peer = await HostilePeer.dial(nodes.sender, nodes.receiver)
        const transferId = new Uint8Array(16)
        new DataView(transferId.buffer).setUint32(0, index)
        await peer.offer({ transferId })
        const answer = await peer.hear()
        answers.push(answer?.case)
        if (answer?.case === 'accept') peers.push(peer)
        else peer.stream.abort(new Error('next'))
      } catch {
        answers.push(undefined)
      }
    }
    expect(answers.filter(answer => answer === 'accept')).toHaveLength(3)
    expect(answers).toContain('refuse')
    expect(await readdir(nodes.inbox)).toHaveLength(3)
    for (const peer of peers) peer.stream.abort(new Error('done'))
  })

  it('counts offers that come in the same moment', async () => {
    const nodes = await pair({ maxTransfersPerPeer: 3 })
    const peers = await Promise.all(
      Array.from({ length: 20 }, async () => HostilePeer.dial(nodes.sender, nodes.receiver))
    )
    const answers = await Promise.all(
      peers.map(async (peer, index) => {
        await peer.offer({ transferId: new Uint8Array(16).fill(index) })
        return peer.hear()
      })
    )
    expect(answers.filter(answer => answer?.case === 'accept')).toHaveLength(3)
  })

  it('never overwrites and never follows a link', async () => {
    const nodes = await pair()
    await writeFile(join(nodes.inbox, 'a.txt'), 'mine')
    const outside = join(await mkdtemp(join(nodes.outbox, 'x-')), 'outside')
    await symlink(outside, join(nodes.inbox, 'a (1).txt'))
    const path = await fileOf(nodes.outbox, 'a.txt', content(100))
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sent.storedAs).toBe('a (2).txt')
    expect(await readFile(join(nodes.inbox, 'a.txt'), 'utf8')).toBe('mine')
    await expect(readFile(outside)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('tells a full disk by name, keeps what arrived and resumes it later', async () => {
    let full = true
    const openFile: OpenFile = async (path, flags, mode) => {
      const file = await open(path, flags, mode)
      const { write } = file
      file.write = (async (data: Uint8Array, offset: number, length: number, position: number) => {
        if (full && position > 1_000_000) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
        return Reflect.apply(write, file, [data, offset, length, position])
      }) as typeof file.write
      return file
    }
    const nodes = await pair({ openFile })
    const failed = nextEvent<FailedReception>(nodes.receiver.services.files, 'failed')
    const bytes = content(8_000_000)
    const path = await fileOf(nodes.outbox, 'a', bytes)
    await expect(nodes.sender.services.files.send(nodes.receiver.peerId, path)).rejects.toMatchObject({
      name: 'FileRefusedError',
      reason: 'no-space'
    })
    expect((await failed).error).toMatchObject({ name: 'DiskFullError', hint: expect.any(String) })
    full = false
    const sent = await nodes.sender.services.files.send(nodes.receiver.peerId, path)
    expect(sent.sentBytes).toBeLessThan(7_000_000)
    expect((await readFile(join(nodes.inbox, 'a'))).equals(bytes)).toBe(true)
  })

  it('without an inbox does not speak the protocol', async () => {
    const nodes = await pair()
    const deaf = await fileNode()
    const path = await fileOf(nodes.outbox, 'a', content(10))
    const sending = nodes.sender.services.files.send(deaf.peerId, path, { addresses: deaf.getMultiaddrs() })
    await expect(sending).rejects.toMatchObject({ name: 'NotReceivingError' })
  })
})
