import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '@waystone/kit'
import { followNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { renderTop } from '../top/render.ts'
import { printEach, showOnScreen } from '../top/show.ts'
import { takeSnapshot } from '../top/snapshot.ts'
import { topObject } from '../top/top-object.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { TopModel } from '../top/render.ts'

/** Asking more often would be most of what the node does. */
const MIN_INTERVAL_S = 0.1
const ENDLESS = { columns: Infinity, rows: Infinity }

interface TopOptions extends AskOptions {
  interval: number
  count?: number
}

/** `waystone top`: connections and what they carry, again and again. */
export function topCommand(): Command {
  const command = new Command('top')
    .option('--interval <seconds>', 'time between two looks', parseInterval, 1)
    .option('-n, --count <n>', 'end after so many looks; default: never', parseCount)
    .option('--json', 'as JSON lines instead of a screen')
  return addNodeOptions(command).action(top)
}

async function top(options: TopOptions): Promise<void> {
  const { json = false, interval, count = Infinity } = options
  await followNode(options, async ({ admin, signal }) => {
    const clock = systemClock
    const take = (until: AbortSignal) => takeSnapshot({ admin, signal: until }, clock)
    const init = { take, intervalMs: interval * 1_000, count, signal, clock }
    if (json) await printEach(init, model => printJson(topObject(model)))
    else if (process.stdout.isTTY) await showOnScreen(init)
    else await printEach(init, printPage)
  })
}

function printPage(model: TopModel): void {
  printLines([...renderTop(model, ENDLESS), ''])
}

function parseInterval(text: string): number {
  const seconds = Number(text)
  if (seconds >= MIN_INTERVAL_S && seconds <= 86_400) return seconds
  throw new InvalidArgumentError(`must be seconds, from ${MIN_INTERVAL_S}`)
}

function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('must be a whole number from 1')
}
