import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineExceededError } from '../src/deadline.ts'
import { describeDialFailure } from '../src/dial-failure.ts'
import { LostError } from '../src/supervisor.ts'

describe('a dial failure', () => {
  it('of several addresses names them all', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED'), new Error('connect EHOSTUNREACH')])
    expect(describeDialFailure(error)).toEqual({
      result: 'unreachable',
      reason: 'connect ECONNREFUSED; connect EHOSTUNREACH'
    })
  })

  it.each([
    ['wrong_peer', new Error('Payload identity key x does not match expected remote identity key y')],
    [
      'wrong_peer',
      new AggregateError([new Error('refused'), Object.assign(new Error(), { name: 'UnexpectedPeerError' })])
    ],
    ['timeout', new DeadlineExceededError('dialling took longer than 10 ms')],
    ['timeout', Object.assign(new Error('signal timed out'), { name: 'TimeoutError' })],
    ['lost', new LostError('connection lost')]
  ])('counts as %s', (result, error) => {
    expect(describeDialFailure(error).result).toBe(result)
  })

  it('never brings a long, empty or many-line text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1_000 }), text => {
        const { reason } = describeDialFailure(new Error(text))
        expect(reason.length).toBeLessThanOrEqual(160)
        expect(reason).not.toContain('\n')
        expect(reason).not.toBe('')
      })
    )
    expect(describeDialFailure(new Error(`${'x'.repeat(10_000)}\nsecond`)).reason).toHaveLength(160)
    expect(describeDialFailure(new Error('first\nsecond')).reason).toBe('first')
    expect(describeDialFailure('\n').reason).toBe('unknown failure')
  })
})
