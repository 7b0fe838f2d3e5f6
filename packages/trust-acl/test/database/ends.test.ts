import { describe, expect, test } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { aName, aPeer, DAY, fetchedFile, openAcl } from '../people.ts'

const YEAR = 365 * DAY

/** A wall clock that can be set apart from the monotonic one. */
class SettableClock extends ManualClock {
  #offset = 0

  override now(): number {
    return super.now() + this.#offset
  }

  set(byMs: number): void {
    this.#offset += byMs
  }
}

test('a level ends with its lifetime, at once, and says so', async () => {
  await using made = await openAcl()
  const peer = await aPeer()
  const seen: string[] = []
  await made.acl.add({ label: 'a', pubkey: peer.toString(), trustlevel: 'trusted', trustLifetime: 5_000 })
  made.acl.onChange(() => seen.push(made.acl.levelOf(peer)))
  await made.clock.advance(4_999)
  expect([made.acl.levelOf(peer), seen]).toEqual(['trusted', []])
  await made.clock.advance(1)
  expect([made.acl.levelOf(peer), seen]).toEqual(['none', ['none']])
  expect(made.acl.entry('a')?.status.state).toBe('expired')
  expect(made.told.of('expired')).toEqual(['a: its trust-lifetime ended'])
  await made.acl.set('a', { trustLifetime: 'infinity' })
  expect(made.acl.levelOf(peer)).toBe('trusted')
})

test('a file is stale after its TTL, and used until its cache-lifetime or two years end', async () => {
  await using made = await openAcl()
  const [peer, name, other] = [await aPeer(), await aName(), await aName()]
  await made.acl.add({ label: 'a', pubkey: name, trustlevel: 'trusted', cacheLifetime: 3 * DAY })
  await made.acl.add({ label: 'b', pubkey: other, trustlevel: 'marginal' })
  await made.acl.setFile(name, fetchedFile([{ peer }]))
  await made.acl.setFile(other, fetchedFile([{ peer }]))
  const states: unknown[] = []
  for (const days of [0, 1, 2, 727]) {
    await made.clock.advance(days * DAY)
    states.push([made.acl.entry('a')?.status.state, made.acl.entry('b')?.status.state, made.acl.levelOf(peer)])
  }
  expect(states).toEqual([
    ['ok', 'ok', 'trusted'],
    ['stale', 'stale', 'trusted'],
    ['invalid', 'stale', 'marginal'],
    ['invalid', 'invalid', 'none']
  ])
  expect(made.acl.fileOf('a')).toBeDefined()
  await made.acl.setFile(name, fetchedFile([{ peer }]))
  expect(made.acl.levelOf(peer)).toBe('trusted')
})

test('timers stay short, and are gone when nothing can end', async () => {
  const waits: number[] = []
  const clock = new (class extends ManualClock {
    override setTimeout(callback: () => void, delayMs: number) {
      waits.push(delayMs)
      return super.setTimeout(callback, delayMs)
    }
  })()
  await using made = await openAcl({ clock })
  await made.acl.add({ label: 'a', pubkey: (await aPeer()).toString(), trustlevel: 'peer', trustLifetime: 3 * YEAR })
  expect(clock.pending).toBe(1)
  await made.acl.remove('a')
  expect(clock.pending).toBe(0)
  expect(Math.max(...waits)).toBeLessThanOrEqual(600_000)
})

describe('a clock that is wrong', () => {
  const lifetime = { trustLifetime: 30 * DAY }

  test('a year ahead for a moment ends trust for that moment alone', async () => {
    const clock = new SettableClock()
    await using made = await openAcl({ clock })
    const peer = await aPeer()
    await made.acl.add({ label: 'a', pubkey: peer.toString(), trustlevel: 'trusted', ...lifetime })
    clock.set(YEAR)
    expect(made.acl.levelOf(peer)).toBe('none')
    await clock.advance(1_200_000)
    expect(made.told.of('expired')).toHaveLength(1)
    clock.set(-YEAR)
    expect(made.acl.levelOf(peer)).toBe('trusted')
    let told = 0
    made.acl.onChange(() => told++)
    await clock.advance(600_000)
    expect(told).toBe(1)
  })

  test('set back later revives nothing that ended more than an hour ago, not even after a restart', async () => {
    const clock = new SettableClock()
    await using made = await openAcl({ clock })
    const [peer, evil] = [await aPeer(), await aPeer()]
    await made.acl.add({ label: 'a', pubkey: peer.toString(), trustlevel: 'trusted', ...lifetime })
    await made.acl.add({ label: 'e', pubkey: evil.toString(), trustlevel: 'blocked', ...lifetime })
    await clock.advance(30 * DAY + 2 * 3_600_000)
    clock.set(-YEAR)
    expect([made.acl.levelOf(peer), made.acl.entry('a')?.status.state]).toEqual(['none', 'expired'])
    // the doubt is never in favour of whom the operator blocked
    expect(made.acl.levelOf(evil)).toBe('blocked')
    await made.acl.close()
    await using again = await openAcl({ ...made, clock })
    expect([again.acl.levelOf(peer), again.acl.levelOf(evil)]).toEqual(['none', 'blocked'])
    await again.acl.set('a', { trustlevel: 'trusted' })
    expect(again.acl.levelOf(peer)).toBe('trusted')
  })

  test('that starts in 1970 kills nothing', async () => {
    await using made = await openAcl()
    const [peer, name] = [await aPeer(), await aName()]
    await made.acl.add({ label: 'a', pubkey: name, trustlevel: 'trusted', ...lifetime })
    await made.acl.setFile(name, fetchedFile([{ peer }]))
    await made.acl.close()
    await using again = await openAcl({ ...made, clock: new ManualClock(0) })
    expect(again.acl.levelOf(peer)).toBe('trusted')
  })
})
