import { expect, it } from 'vitest'
import { abortable } from '@waystone/kit'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { runChecks } from '../src/run-checks.ts'
import type { Check, CheckContext } from '../src/check.ts'
import type { Observation } from '../src/observation.ts'

const good: Observation = { kind: 'open-files', status: 'ok', message: 'x' }

function setUp() {
  const clock = new ManualClock()
  const context = { clock, random: seededRandom(1), afterwards: () => {} } as unknown as CheckContext
  const seen: Observation[] = []
  const run = (checks: Check[], signal = AbortSignal.any([])) =>
    runChecks(
      checks.map((check, index) => ({ name: `check-${index}`, check })),
      context,
      { timeoutMs: 1_000, signal, onObservations: found => void seen.push(...found) }
    )
  return { clock, run, seen }
}

const hangs: Check = async () => await new Promise<never>(() => {})
const saysWhatItHas: Check = async (_context, { signal }) => {
  await abortable(new Promise<never>(() => {}), signal).catch(() => {})
  return [good]
}

it('tells what one check finds while others run, and keeps their order', async () => {
  const { clock, run, seen } = setUp()
  const result = run([saysWhatItHas, async () => [{ ...good, message: 'quick' }]])
  await clock.advance(0)
  expect(seen).toEqual([{ ...good, message: 'quick' }])
  await clock.advance(1_000)
  expect(await result).toEqual([good, { ...good, message: 'quick' }])
  expect(clock.pending).toBe(0)
})

it('makes an observation of a check that throws and of one that hangs', async () => {
  const { clock, run } = setUp()
  const throws: Check = async () => {
    throw new Error(`too bad${'!'.repeat(1_000)}`)
  }
  const result = run([throws, hangs])
  await clock.advance(2_000)
  const [first, second] = await result
  expect(first).toMatchObject({ kind: 'failed', check: 'check-0', reason: expect.stringMatching(/^too bad!{193}$/) })
  expect(second).toMatchObject({ kind: 'failed', check: 'check-1', reason: expect.stringContaining('longer than') })
  expect(clock.pending).toBe(0)
})

it('ends at once with its signal', async () => {
  const { clock, run } = setUp()
  const controller = new AbortController()
  const result = run([hangs], controller.signal).catch((error: Error) => error.message)
  await clock.advance(0)
  controller.abort(new Error('enough'))
  expect(await result).toBe('enough')
  expect(clock.pending).toBe(0)
})
