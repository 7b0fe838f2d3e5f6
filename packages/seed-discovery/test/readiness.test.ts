import { describe, expect, it } from 'vitest'
import { describeDialFailure } from '../src/dial-failure.ts'
import { missingSeeds } from '../src/missing-seeds.ts'

const down = { peerId: '12D3KooWabcd1111', addresses: [], connected: false, lastError: 'connect ECONNREFUSED' }
const untried = { peerId: '12D3KooWabcd2222', addresses: [], connected: false }
const up = { peerId: '12D3KooWabcd3333', addresses: [], connected: true }

describe('readiness', () => {
  it('misses nothing without seeds or with one connected', () => {
    expect(missingSeeds([])).toEqual([])
    expect(missingSeeds([down, up])).toEqual([])
  })

  it('names each seed and why it is not connected, in one line', () => {
    expect(missingSeeds([down, untried])).toEqual([
      'no seed connected: …abcd1111 connect ECONNREFUSED, …abcd2222 not dialled yet'
    ])
  })
})

describe('a dial failure', () => {
  it('of several addresses names them all', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED'), new Error('connect EHOSTUNREACH')])
    expect(describeDialFailure(error)).toEqual({
      result: 'unreachable',
      reason: 'connect ECONNREFUSED; connect EHOSTUNREACH'
    })
  })

  it('never brings a long or many-line text', () => {
    expect(describeDialFailure(new Error(`${'x'.repeat(10_000)}\nsecond`)).reason.length).toBeLessThanOrEqual(160)
    expect(describeDialFailure(new Error('first\nsecond')).reason).toBe('first')
    expect(describeDialFailure('\n').reason).toBe('unknown failure')
  })
})
