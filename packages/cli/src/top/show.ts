import { ORDER_KEYS } from './order.ts'
import { ratesBetween } from './rates.ts'
import { renderTop } from './render.ts'
import { Screen } from './screen.ts'
import type { Clock } from '@waystone/interface'
import type { TopModel } from './render.ts'
import type { Snapshot } from './snapshot.ts'

const CTRL_C = '\u0003'
const QUIT = new Set(['q', 'Q', CTRL_C])

export interface WatchInit {
  take: (signal: AbortSignal) => Promise<Snapshot>
  /** Between two snapshots, in milliseconds. */
  intervalMs: number
  /** How many are shown. */
  count: number
  signal: AbortSignal
  clock: Clock
}

/** Draws the node on the terminal until a key, the signal or the count ends it. The terminal is restored always. */
export async function showOnScreen(init: WatchInit, input = process.stdin, output = process.stdout): Promise<void> {
  const quit = new AbortController()
  const state: { model?: TopModel; order: TopModel['order'] } = { order: 'bytes' }
  const onKey = (key: string): void => {
    if (QUIT.has(key)) quit.abort()
    state.order = ORDER_KEYS[key] ?? state.order
    draw()
  }
  const draw = (): void => {
    if (state.model !== undefined) screen.draw(renderTop({ ...state.model, order: state.order }, screen.size))
  }
  using screen = new Screen({ input, output, onKey, onResize: () => draw() })
  screen.enter()
  const signal = AbortSignal.any([init.signal, quit.signal])
  await untilAborted(quit.signal, async () => {
    for await (const model of watch({ ...init, signal })) {
      state.model = { ...model, order: state.order }
      draw()
    }
  })
}

/** Hands each snapshot with its rates to a printer; the first one only begins to measure. */
export async function printEach(init: WatchInit, print: (model: TopModel) => void): Promise<void> {
  for await (const model of watch({ ...init, count: init.count + 1 })) {
    if (model.rates !== undefined) print(model)
  }
}

async function* watch({ take, intervalMs, count, signal, clock }: WatchInit): AsyncGenerator<TopModel> {
  let earlier: Snapshot | undefined
  for (let shown = 0; shown < count; shown++) {
    if (shown > 0) await clock.sleep(intervalMs, { signal })
    const snapshot = await take(signal)
    yield { snapshot, rates: ratesBetween(earlier, snapshot), order: 'bytes' }
    earlier = snapshot
  }
}

async function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
