import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { MAX_MEASURED_PEERS, MIN_EXCHANGE_INTERVAL_MS } from '../../src/ratings/constants.ts'
import { Measurements } from '../../src/ratings/measurements.ts'
import { Ratings } from '../../src/ratings/ratings.ts'
import { signRating } from '../../src/ratings/signed-rating.ts'
import { silentLog } from './silent-log.ts'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { TrustLevel } from '@waystone/interface'
import type { SignedRating } from '@waystone/wire/trust'
import type { Datastore } from 'interface-datastore'
import type { Scores } from '../../src/ratings/contract.ts'

const DAY = 24 * 60 * 60 * 1_000
const newKey = async () => generateKeyPair('Ed25519')
const newKeys = async (length: number) => Promise.all(Array.from({ length }, newKey))
const idOf = (key: PrivateKey): PeerId => peerIdFromPrivateKey(key)

/** Levels by peer; raters are those with `trusted`, also if only a rating says so. */
class Trust {
  readonly levels = new Map<string, TrustLevel>()
  ratedLevel: (peer: string) => string | undefined = () => undefined

  explain({ peer }: { peer: PeerId }) {
    const isRated = this.ratedLevel(peer.toString()) === 'marginal'
    return { allow: this.levels.get(peer.toString()) === 'trusted' || isRated, reason: '' }
  }

  levelOf(peer: PeerId): TrustLevel {
    return this.levels.get(peer.toString()) ?? 'none'
  }
}

async function setUp(raterCount = 3, datastore: Datastore = new MemoryDatastore()) {
  const [clock, trust] = [new ManualClock(), new Trust()]
  const [key, subject, ...raters] = await newKeys(raterCount + 2)
  if (key === undefined || subject === undefined) throw new Error('no keys')
  for (const rater of raters) trust.levels.set(idOf(rater).toString(), 'trusted')
  let changes = 0
  const log = silentLog
  const onChange = (): void => void changes++
  const ratings = new Ratings({ self: idOf(key), privateKey: key, datastore, trust, clock, log, onChange })
  const say = async (rater: PrivateKey, scores: Scores = { uptime: 1 }, of = subject): Promise<SignedRating> => {
    const peer = idOf(of).toString()
    return signRating({ peer, scores, addresses: ['/ip4/192.0.2.1/tcp/1'], ratedAt: clock.now() }, rater)
  }
  const level = () => ratings.ratedLevel(idOf(subject).toString())
  return { clock, trust, key, subject, raters, ratings, say, level, changes: () => changes, datastore }
}

describe('ratings of others', () => {
  it('lift a peer when enough agree, and take it back when a rater loses its say', async () => {
    const { raters, ratings, say, level, trust, changes } = await setUp()
    await ratings.take(await Promise.all(raters.map(async rater => say(rater))))
    expect([level(), changes()]).toEqual(['marginal', 1])
    expect(ratings.nodes()).toMatchObject([{ level: 'marginal', addresses: ['/ip4/192.0.2.1/tcp/1'] }])
    for (const rater of raters.slice(1)) trust.levels.set(idOf(rater).toString(), 'peer')
    ratings.review()
    expect([level(), changes()]).toEqual([undefined, 2])
    for (const rater of raters) trust.levels.set(idOf(rater).toString(), 'trusted')
    ratings.review()
    expect(level()).toBe('marginal')
  })

  it('count for nothing by and about blocked peers', async () => {
    const { raters, ratings, say, level, trust, subject } = await setUp()
    await ratings.take(await Promise.all(raters.map(async rater => say(rater))))
    trust.levels.set(idOf(subject).toString(), 'blocked')
    ratings.review()
    expect([level(), ratings.nodes()]).toEqual([undefined, []])
  })

  it('count for nothing by strangers, also if these rate each other up', async () => {
    const { raters, ratings, say, level, trust } = await setUp(6)
    trust.ratedLevel = ratings.ratedLevel
    const [trusted, ring] = [raters.slice(0, 3), raters.slice(3)]
    for (const rater of ring) trust.levels.delete(idOf(rater).toString())
    // each of the ring is rated up by those who may
    for (const of of ring)
      await ratings.take(await Promise.all(trusted.map(async each => say(each, { uptime: 1 }, of))))
    expect(ratings.ratedLevel(idOf(ring[0] as PrivateKey).toString())).toBe('marginal')
    await ratings.take(await Promise.all(ring.map(async rater => say(rater))))
    expect(level()).toBeUndefined()
  })

  it('are not replaced by older ones of the same rater', async () => {
    const { raters, ratings, say, level, clock } = await setUp()
    const before = await Promise.all(raters.map(async rater => say(rater)))
    await clock.advance(1_000)
    expect(await ratings.take(await Promise.all(raters.map(async rater => say(rater, { uptime: 0 }))))).toBe(1)
    expect(await ratings.take(before)).toBe(0)
    expect(level()).toBeUndefined()
  })

  it('fade', async () => {
    const { raters, ratings, say, level, clock } = await setUp()
    await ratings.take(await Promise.all(raters.map(async rater => say(rater))))
    await clock.advance(8 * DAY)
    ratings.review()
    expect([level(), ratings.nodes()]).toEqual([undefined, []])
  })

  it('that are forged, about us or about the rater are dropped, and the others taken', async () => {
    const { raters, ratings, say, key } = await setUp()
    const [rater] = raters
    if (rater === undefined) throw new Error('no rater')
    const good = await say(rater)
    const forged = { ...good, signature: good.signature.toReversed() }
    const garbage = { ...good, publicKey: new Uint8Array(1_000) }
    const all = [forged, garbage, await say(rater, {}, key), await say(rater, {}, rater), good]
    expect(await ratings.take(all)).toBe(1)
  })
})

describe('the exchange', () => {
  it('gives what was measured often enough, verified by the other side', async () => {
    const [ours, theirs] = [await setUp(), await setUp()]
    ours.trust.levels.set(idOf(theirs.key).toString(), 'trusted')
    theirs.trust.levels.set(idOf(ours.key).toString(), 'trusted')
    const [once, often] = await newKeys(2)
    if (once === undefined || often === undefined) throw new Error('no keys')
    const seen = { measure: 'uptime', worked: true } as const
    ours.ratings.observe(idOf(once), seen)
    for (let index = 0; index < 3; index++)
      ours.ratings.observe(idOf(often), { ...seen, address: `/ip4/192.0.2.${index}` })
    const given = await ours.ratings.exchange(idOf(theirs.key), [])
    expect(given).toHaveLength(1)
    expect(await theirs.ratings.take(given)).toBe(1)
  })

  it('gives nothing to and takes nothing from those without the function', async () => {
    const { ratings, say, raters, trust, level } = await setUp()
    const [stranger] = await newKeys(1)
    if (stranger === undefined) throw new Error('no key')
    for (let index = 0; index < 3; index++) ratings.observe(idOf(stranger), { measure: 'uptime', worked: true })
    const received = await Promise.all(raters.map(async rater => say(rater)))
    expect(await ratings.exchange(idOf(stranger), received)).toEqual([])
    expect(level()).toBeUndefined()
    trust.levels.set(idOf(stranger).toString(), 'trusted')
    expect(await ratings.exchange(idOf(stranger), received)).toHaveLength(1)
  })

  it('never tells of blocked peers', async () => {
    const { ratings, trust, subject } = await setUp()
    for (let index = 0; index < 3; index++) ratings.observe(idOf(subject), { measure: 'uptime', worked: true })
    expect(await ratings.give()).toHaveLength(1)
    trust.levels.set(idOf(subject).toString(), 'blocked')
    expect(await ratings.give()).toEqual([])
  })

  it('refuses too many ratings, and the same caller again at once', async () => {
    const { ratings, raters, say, clock } = await setUp()
    const [rater] = raters
    if (rater === undefined) throw new Error('no rater')
    const many = Array.from<SignedRating>({ length: 501 }).fill(await say(rater))
    await expect(ratings.exchange(idOf(rater), many)).rejects.toMatchObject({ name: 'TooManyRatingsError' })
    await ratings.exchange(idOf(rater), [])
    await expect(ratings.exchange(idOf(rater), [])).rejects.toMatchObject({ name: 'RatingsTooSoonError' })
    await clock.advance(MIN_EXCHANGE_INTERVAL_MS)
    expect(await ratings.exchange(idOf(rater), [])).toEqual([])
  })
})

describe('own measurements', () => {
  const worked = { measure: 'reachability', worked: true } as const

  it('come back from the datastore, and damaged ones go', async () => {
    const { ratings, subject, datastore, clock } = await setUp()
    for (let index = 0; index < 4; index++)
      ratings.observe(idOf(subject), { ...worked, address: '/ip4/192.0.2.1/tcp/1' })
    await ratings.measurements.save()
    const damaged = new TextEncoder().encode('{"tallies":{}}')
    await datastore.put(new Key('/trust/measured/somebody'), damaged)
    const again = new Measurements(datastore)
    await again.load()
    const peer = idOf(subject).toString()
    expect(again.ratings(10, clock.now())).toMatchObject([{ peer, addresses: ['/ip4/192.0.2.1/tcp/1'] }])
    expect(again.experience(peer, clock.now())).toMatchObject({ weight: 4, scores: { reachability: 1 } })
    const left = []
    for await (const key of datastore.queryKeys({})) left.push(key)
    expect(left).toHaveLength(1)
  })

  it('are of so many peers at most, on disk too', async () => {
    const datastore = new MemoryDatastore()
    const measurements = new Measurements(datastore)
    for (let index = 0; index <= MAX_MEASURED_PEERS; index++) {
      measurements.observe(`peer-${index}`, { ...worked, at: index })
      if (index === 0) await measurements.save()
    }
    await measurements.save()
    let count = 0
    for await (const key of datastore.queryKeys({})) count += key.toString().endsWith('/peer-0') ? 1_000_000 : 1
    expect([count, measurements.peers().length]).toEqual([MAX_MEASURED_PEERS, MAX_MEASURED_PEERS])
  })

  it('give a level after a week of good experience, and take it after bad ones', async () => {
    const { ratings, subject, level, clock } = await setUp()
    for (let day = 0; day < 9; day++) {
      for (let index = 0; index < 4; index++) ratings.observe(idOf(subject), worked)
      await clock.advance(DAY)
    }
    ratings.observe(idOf(subject), worked)
    expect(level()).toBe('marginal')
    for (let index = 0; index < 40; index++) ratings.observe(idOf(subject), { ...worked, worked: false })
    expect(level()).toBeUndefined()
  })
})
