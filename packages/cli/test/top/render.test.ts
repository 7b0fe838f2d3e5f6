import { describe, expect, it } from 'vitest'
import { Path } from '@waystone/wire/admin'
import { renderTop } from '../../src/top/render.ts'
import { PEER, snapshot } from './snapshots.ts'
import type { TopModel } from '../../src/top/render.ts'

const WINDOW = { columns: 200, rows: 50 }

function model(init: Parameters<typeof snapshot>[0], rates?: TopModel['rates']): TopModel {
  return { snapshot: snapshot(init), rates, order: 'bytes' }
}

describe('the screen of waystone top', () => {
  it('shows the node, then its connections', () => {
    const connections = [
      { id: 'a', bytesReceived: 2_048n },
      { id: 'b', path: Path.RELAYED, relay: `${PEER}r`, transport: 'webrtc', openedAtMs: 99_000n }
    ]
    const node = { uptimeMs: 60_000n, bytesReceived: 2_048n, memoryBytes: 1_048_576n, circuits: 3 }
    const rate = { received: 512, sent: 0 }
    const lines = renderTop(model({ node, connections }, { total: rate, connections: new Map([['a', rate]]) }), WINDOW)
    expect(lines).toEqual([
      `relay ${PEER} of e2e, up 1:00, ready`,
      'peers 1  connections 2 (1 relayed)  circuits through here 3',
      'in 512 B/s  out 0 B/s  since start 2.0 KiB in, 0 B out  memory 1.0 MiB',
      'by bytes; keys: b bytes, n name, a age, q quit',
      '',
      expect.stringMatching(/^peer +in\/s +out\/s +path +transport +age +streams +received +sent +direction$/),
      expect.stringMatching(/^12D3.* 512 B\/s +0 B\/s +direct +tcp +1:00 +0 +2.0 KiB +0 B +inbound$/),
      expect.stringMatching(/^12D3.* - +- +relayed via …C6D6oLpr +webrtc +0:01 /)
    ])
  })

  it.each([
    [20, 5],
    [80, 24],
    [1, 1],
    [300, 100]
  ])('fits a window of %d columns and %d rows', (columns, rows) => {
    const connections = Array.from({ length: 60 }, (_, index) => ({ id: String(index) }))
    const lines = renderTop(model({ connections }), { columns, rows })
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(lines.every(line => line.length <= columns)).toBe(true)
  })

  it('says how many have no room', () => {
    const connections = Array.from({ length: 10 }, (_, index) => ({ id: String(index) }))
    expect(renderTop(model({ connections }), { columns: 80, rows: 10 }).at(-1)).toBe('… and 7 more')
    expect(renderTop(model({ connections }), { columns: 80, rows: 16 }).at(-1)).not.toContain('more')
  })

  it('says what is missing, and that nobody is there', () => {
    const lines = renderTop(model({ node: { ready: false, missing: ['a seed', 'a relay'] } }), WINDOW)
    expect(lines[0]).toContain('not ready: a seed; a relay')
    expect(lines.at(-1)).toBe('no connections')
  })

  it('names no keys where nobody can press them', () => {
    expect(renderTop(model({}), { columns: Infinity, rows: Infinity }).join()).not.toContain('keys')
  })

  it('cannot be steered by what remotes say', () => {
    const text = renderTop(
      model({ connections: [{ transport: '\u001b[2J\nx' }], node: { missing: ['\r\u0007'] } }),
      WINDOW
    )
    expect(text.join('')).not.toMatch(/\p{Cc}/u)
  })
})
