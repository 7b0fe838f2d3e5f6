import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeAttemptFailure } from '../src/attempt-failure.ts'
import { NotARelayError, ReservationFailedError, ReservationRefusedError } from '../src/errors.ts'
import { explainListenFailure } from '../src/listen-failure.ts'
import { missingRelays } from '../src/missing-relays.ts'
import { refreshDelay } from '../src/refresh-delay.ts'
import { INITIAL_STATE, next } from '../src/relay-state.ts'
import { Turnstile } from '../src/turnstile.ts'
import type { RelayEvent } from '../src/relay-state.ts'

const events = fc.oneof(
  fc.constant<RelayEvent>({ type: 'attempt' }),
  fc.constant<RelayEvent>({ type: 'reserved' }),
  fc.constant<RelayEvent>({ type: 'denied', reason: 'not to be used as a relay' }),
  fc.constant<RelayEvent>({ type: 'allowed' }),
  fc.record<RelayEvent & { type: 'failed' }>({
    type: fc.constant('failed'),
    reason: fc.string(),
    nextTryAt: fc.nat()
  })
)

describe('the state of a relay', () => {
  it('tells the time of the next attempt only while waiting, and no error while reserved', () => {
    fc.assert(
      fc.property(fc.array(events), history => {
        const end = history.reduce(next, INITIAL_STATE)
        expect(end.nextTryAt === undefined || end.state === 'waiting').toBe(true)
        expect(end.lastError === undefined || end.state !== 'reserved').toBe(true)
      })
    )
  })

  it('keeps the last error during the next attempt', () => {
    const failed = next(INITIAL_STATE, { type: 'failed', reason: 'full', nextTryAt: 1 })
    expect(next(failed, { type: 'attempt' })).toEqual({ state: 'dialling', lastError: 'full' })
  })
})

describe('the delay of a refresh', () => {
  it('is before the transport refreshes by itself, whatever the relay says', () => {
    fc.assert(
      fc.property(fc.double(), left => {
        const delay = refreshDelay(left)
        expect(delay).toBeGreaterThanOrEqual(20_000)
        expect(delay).toBeLessThan(2 ** 31)
        expect(Math.max(left - 300_000, 30_000) <= delay).toBe(false)
      })
    )
  })

  it('falls into the last ten minutes of a longer reservation, when the transport agrees to refresh', () => {
    expect(refreshDelay(7_200_000)).toBe(7_200_000 - 450_000)
  })
})

describe('a failed request for a reservation', () => {
  it.each([
    ['the transport', new Error('reservation failed with status RESERVATION_REFUSED')],
    [
      'the transport manager',
      new Error(
        'Some addresses failed:\n\n  /p2p/x/p2p-circuit: Error: reservation failed with status RESERVATION_REFUSED\n    at y'
      )
    ]
  ])('is a refusal with its status in the words of %s', (_who, cause) => {
    expect(explainListenFailure(cause)).toMatchObject({
      name: 'ReservationRefusedError',
      message: 'the relay refused: RESERVATION_REFUSED'
    })
  })

  it('shows the cause behind the words of the transport manager', () => {
    const cause = new Error('Some addresses failed:\n\n  /p2p/x/p2p-circuit: Error: stream reset\n    at y')
    expect(explainListenFailure(cause)).toMatchObject({
      name: 'ReservationFailedError',
      message: 'no reservation: Error: stream reset'
    })
  })

  it.each([
    ['refused', new ReservationRefusedError('the relay refused: RESERVATION_REFUSED')],
    ['not_a_relay', new NotARelayError('it does not serve the relay protocol')],
    ['failed', new ReservationFailedError('no reservation: stream reset')],
    ['unreachable', new AggregateError([new Error('connect ECONNREFUSED'), new Error('connect EHOSTUNREACH')])]
  ])('counts as %s', (result, error) => {
    expect(describeAttemptFailure(error).result).toBe(result)
  })
})

describe('readiness', () => {
  const common = { addresses: [], circuitAddresses: [] }
  const full = { ...common, relay: '12D3KooWabcd1111', state: 'waiting', lastError: 'the relay refused' } as const
  const untried = { ...common, relay: '12D3KooWabcd2222', state: 'dialling' } as const
  const reserved = { ...common, relay: '12D3KooWabcd3333', state: 'reserved' } as const

  it('misses nothing without relays or with one reservation', () => {
    expect(missingRelays([])).toEqual([])
    expect(missingRelays([full, reserved])).toEqual([])
  })

  it('names each relay and its reason, in one line', () => {
    expect(missingRelays([full, untried])).toEqual([
      'no relay reservation: …abcd1111 the relay refused, …abcd2222 not reached yet'
    ])
  })
})

describe('a turnstile', () => {
  it('lets one in at a time, in order, and those after one that failed or gave up', async () => {
    const turnstile = new Turnstile()
    const { signal } = new AbortController()
    const first = Promise.withResolvers<void>()
    const seen: string[] = []
    const impatient = new AbortController()
    const passes = [
      turnstile.pass(async () => first.promise, { signal }),
      turnstile.pass(async () => void seen.push('impatient'), { signal: impatient.signal }),
      turnstile.pass(async () => void seen.push('last'), { signal })
    ]
    impatient.abort(new Error('gave up'))
    await expect(passes[1]).rejects.toThrow('gave up')
    expect(seen).toEqual([])
    first.reject(new Error('failed'))
    await expect(passes[0]).rejects.toThrow('failed')
    await passes[2]
    expect(seen).toEqual(['last'])
  })
})
