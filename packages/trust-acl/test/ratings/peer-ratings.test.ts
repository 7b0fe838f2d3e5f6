import { generateKeyPair } from '@libp2p/crypto/keys'
import { TypedEventEmitter } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { Listeners } from '../../src/listeners.ts'
import { REVIEW_WITHIN_MS } from '../../src/ratings/constants.ts'
import { PeerRatings } from '../../src/ratings/peer-ratings.ts'
import { Ratings } from '../../src/ratings/ratings.ts'
import type { PeerRatingsComponents, RatedTrust } from '../../src/ratings/peer-ratings.ts'

async function setUp() {
  const review = vi.spyOn(Ratings.prototype, 'review')
  const [clock, listeners] = [new ManualClock(), new Listeners(() => {})]
  const privateKey = await generateKeyPair('Ed25519')
  const components = {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    datastore: new MemoryDatastore(),
    events: new TypedEventEmitter(),
    transportManager: { getTransports: () => [] },
    logger: defaultLogger()
  } as unknown as PeerRatingsComponents
  const trust = { onChange: (listener: () => void) => listeners.add(listener) } as unknown as RatedTrust
  const service = new PeerRatings(components, { trust, clock, random: seededRandom(1) })
  onTestFinished(async () => {
    review.mockRestore()
    await service.stop()
  })
  return { clock, service, review, change: () => listeners.call() }
}

it('judges everybody once for many changes of trust, soon, and later ones do not put it off', async () => {
  const { clock, service, review, change } = await setUp()
  service.start()
  for (let at = 0; at < 1_000; at++) {
    change()
    if (at % 100 === 0) await clock.advance(REVIEW_WITHIN_MS / 20)
  }
  expect(review).not.toHaveBeenCalled()
  await clock.advance(REVIEW_WITHIN_MS / 2)
  expect(review).toHaveBeenCalledTimes(1)
  change()
  await clock.advance(REVIEW_WITHIN_MS)
  expect(review).toHaveBeenCalledTimes(2)
})

it('lives on when that fails', async () => {
  const { clock, service, review, change } = await setUp()
  review.mockImplementationOnce(() => {
    throw new Error('no luck')
  })
  service.start()
  change()
  await clock.advance(REVIEW_WITHIN_MS)
  change()
  await clock.advance(REVIEW_WITHIN_MS)
  expect(review).toHaveBeenCalledTimes(2)
})

it('leaves no timer when it stops', async () => {
  const { clock, service, review, change } = await setUp()
  service.start()
  change()
  await service.stop()
  await clock.advance(REVIEW_WITHIN_MS)
  expect([clock.pending, review.mock.calls]).toEqual([0, []])
})
