import { describe, expect, it } from 'vitest'
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
