import { spawn } from 'node:child_process'
import { poll } from '@waystone/kit/testing'

export interface ServerProcessInit {
  /** For errors. */
  what: string
  command: readonly string[]
  /** Whether it can be used by now, perhaps by what it has printed. */
  isReady(printed: string): boolean | Promise<boolean>
}

/** A server that is no part of the project. Gone when disposed of. */
export interface ServerProcess extends AsyncDisposable {
  signal(name: NodeJS.Signals): void
  /** What it has printed so far, wherever. */
  printed(): string
}

/** Starts a server and waits until it can be used. @throws with what it printed, if it ends or takes too long */
export async function startServer({ what, command, isReady }: ServerProcessInit): Promise<ServerProcess> {
  const [file = '', ...args] = command
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, isOver] = ['', false]
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  server.once('error', ({ message }) => (printed += message))
  const ended = new Promise<void>(resolve => server.once('close', () => resolve())).then(() => (isOver = true))
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL')
    await ended
  }
  const ready = async (): Promise<true | undefined> => {
    if (isOver) throw new Error(`${what} ended`)
    return (await isReady(printed)) ? true : undefined
  }
  await poll(ready, { what }).catch(async (cause: unknown) => {
    await stop()
    throw new Error(`no ${what}: ${printed}`, { cause })
  })
  return { signal: name => void server.kill(name), printed: () => printed, [Symbol.asyncDispose]: stop }
}
