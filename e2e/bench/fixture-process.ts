import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import type { FixtureMessage } from './fixture.ts'

/** One end of a measurement, in a process of its own. Disposing of it kills it. */
export interface FixtureProcess<Ready> extends AsyncDisposable {
  readonly pid: number
  /** What the fixture said when it was ready. */
  readonly ready: Ready
  /** Has the fixture do something; one question at a time. */
  ask<Answer>(question: string, argument?: unknown): Promise<Answer>
}

export interface FixtureProcessInit {
  /** The file that calls `runFixture`. */
  file: string
  /** Handed to it; JSON. */
  init?: unknown
  env?: Record<string, string>
  /**
   * Prepares the process as our binaries do, before any module is loaded: later
   * the young generation has grown, and does not shrink again. Default false.
   */
  prepared?: boolean
}

const PREPARE = new URL('prepare-fixture.ts', import.meta.url).href

/** Starts a fixture and waits until it is ready. */
export async function startFixture<Ready>({
  file,
  init = {},
  env = {},
  prepared = false
}: FixtureProcessInit): Promise<FixtureProcess<Ready>> {
  const child = fork(file, [JSON.stringify(init)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: prepared ? [`--import=${PREPARE}`] : [],
    env: { ...process.env, ...env }
  })
  const dispose = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  try {
    const ready = (await nextMessage(child)) as Ready
    return {
      pid: child.pid ?? 0,
      ready,
      ask: (question, argument) => ask(child, { question, argument }),
      [Symbol.asyncDispose]: dispose
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = nextMessage(child)
  child.send(question)
  return (await answer) as Answer
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<FixtureMessage>()
  const ended = (code: number | null, signal: string | null): void =>
    reject(new Error(`${child.spawnargs[1]} ended with ${code ?? signal}`))
  child.once('message', resolve)
  child.once('exit', ended)
  try {
    const message = await promise
    if ('error' in message) throw new Error(`${child.spawnargs[1]}: ${message.error}`)
    return message.answer
  } finally {
    child.off('message', resolve)
    child.off('exit', ended)
  }
}
