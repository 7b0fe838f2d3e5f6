import { afterEach, expect, it, vi } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { ReportOutput } from '../src/edge/report-output.ts'

afterEach(() => void vi.restoreAllMocks())

const line = (): string => 'half'

function spied(json: boolean) {
  const clock = new ManualClock()
  const out = vi.spyOn(console, 'log').mockReturnValue()
  const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const output = new ReportOutput({ json, clock })
  return { clock, output, out: () => out.mock.calls.flat(), error: () => error.mock.calls.map(([text]) => text) }
}

it('progress is shown at most ten times a second, unless it is urgent', async () => {
  const { clock, output, out } = spied(true)
  output.progress({ event: { bytes: 1 }, line })
  await clock.advance(99)
  output.progress({ event: { bytes: 2 }, line })
  output.progress({ event: { bytes: 3 }, line, urgent: true })
  await clock.advance(100)
  output.progress({ event: { bytes: 4 }, line })
  expect(out()).toEqual(['{"bytes":1}', '{"bytes":3}', '{"bytes":4}'])
})

it('programs get JSON on standard output and no notes', () => {
  const { output, out, error } = spied(true)
  output.tell({ event: 'received' }, 'received')
  output.note('note')
  expect([out(), error()]).toEqual([['{"event":"received"}'], []])
})

it('people get text on standard output and notes on standard error', () => {
  const { output, out, error } = spied(false)
  output.tell({ event: 'received' }, 'received')
  output.note('by the way')
  expect([out(), error()]).toEqual([['received'], ['note: by the way\n']])
})
