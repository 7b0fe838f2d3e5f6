import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { debianProgram } from './debian.ts'

const run = promisify(execFile)

/** A terminal with a window of its own, as a person sits before it. */
export interface Terminal extends AsyncDisposable {
  /** What the window shows. */
  screen(): Promise<string>
  /** Resolves with the window's text as soon as it matches. */
  shows(pattern: RegExp): Promise<string>
  /** Types text as it is. */
  type(text: string): Promise<void>
  /** Presses a key by its name in tmux: `Enter`, `Tab`, `C-c`. */
  press(key: string): Promise<void>
  resize(columns: number, rows: number): Promise<void>
}

/** Starts a command in a terminal of 120 columns and 30 rows. */
export async function openTerminal(command: string[]): Promise<Terminal> {
  const tmux = await debianProgram('tmux')
  const folder = await temporaryFolder()
  const call = async (...args: string[]): Promise<string> =>
    (await run(tmux, ['-S', join(folder.path, 'tmux'), '-f', '/dev/null', ...args])).stdout
  await call('new-session', '-d', '-x', '120', '-y', '30', ...command)
  const screen = async (): Promise<string> => await call('capture-pane', '-p')
  return {
    screen,
    shows: async pattern => await waitFor(pattern, screen),
    type: async text => void (await call('send-keys', '-l', text)),
    press: async key => void (await call('send-keys', key)),
    resize: async (columns, rows) => void (await call('resize-window', '-x', String(columns), '-y', String(rows))),
    [Symbol.asyncDispose]: async () => {
      // it has ended by itself when its command has
      await call('kill-server').catch(() => undefined)
      await folder[Symbol.asyncDispose]()
    }
  }
}

async function waitFor(pattern: RegExp, screen: () => Promise<string>): Promise<string> {
  let text = ''
  const look = async (): Promise<string | undefined> => (pattern.test((text = await screen())) ? text : undefined)
  try {
    return await poll(look, { what: `the terminal to show ${pattern}` })
  } catch (cause) {
    throw new Error(`the terminal never showed ${pattern}, but:\n${text}`, { cause })
  }
}
