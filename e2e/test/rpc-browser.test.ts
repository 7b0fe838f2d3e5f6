import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cases } from '../../packages/rpc/test/ways/cases.ts'
import { expectOutcome } from '../../packages/rpc/test/ways/expect-outcome.ts'
import { startFixture } from '../bench/fixture-process.ts'
import { startChromium } from '../harness/chromium.ts'
import { PAGE_GLOBAL, serveWebPage } from '../harness/web-page.ts'
import type { Outcome } from '../../packages/rpc/test/ways/way.ts'
import type { ConformanceNodeReady } from '../fixtures/conformance-node.ts'

/** Chromium may have to be installed first. */
const START_MS = 15 * 60_000

const stack = new AsyncDisposableStack()
let outcomes: Outcome[]

beforeAll(async () => {
  const file = join(import.meta.dirname, '../fixtures/conformance-node.ts')
  const node = stack.use(await startFixture<ConformanceNodeReady>({ file }))
  const { url } = stack.use(await serveWebPage(join(import.meta.dirname, '../browser/rpc-page.ts')))
  const { page, said } = stack.use(await startChromium())
  await page.goto(url)
  try {
    outcomes = await page.evaluate(`${PAGE_GLOBAL}.call(${JSON.stringify(node.ready.address)})`)
  } catch (error) {
    throw new Error(`the page failed; it said: ${said.join('\n')}`, { cause: error })
  }
}, START_MS)
afterAll(() => stack.disposeAsync())

describe('a browser that dials a node over a WebSocket', () => {
  it.each(cases.map((call, index) => ({ ...call, index })))('$method: $name', ({ index, ...call }) => {
    const outcome = outcomes[index]
    expect(outcome).toBeDefined()
    if (outcome !== undefined) expectOutcome(call, outcome)
  })
})
