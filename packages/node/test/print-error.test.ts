import { afterEach, expect, it, vi } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { printError } from '@waystone/node/print-error'

afterEach(() => void vi.restoreAllMocks())

function printed(error: unknown, json?: boolean): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  printError(error, json === undefined ? {} : { json })
  return write.mock.calls.map(([text]) => String(text)).join('')
}

it.each([
  [
    'with its name and its hint',
    new WaystoneError('it broke', { hint: 'mend it' }),
    'WaystoneError: it broke\nhint: mend it\n'
  ],
  ['without a hint if it has none', new TypeError('odd'), 'TypeError: odd\n'],
  [
    'without what steers a terminal, since a remote may have a part in it',
    new TypeError('cannot reach a\u001b[2Jb'),
    'TypeError: cannot reach a\ufffd[2Jb\n'
  ],
  [
    'without a line of a remote that passes for a hint',
    new WaystoneError('refused: full\r\nhint: run evil\n\nhint: twice\n\ufeffhint: unseen', {
      hint: 'wait\nhint: evil'
    }),
    'WaystoneError: refused: full\ufffd\n  hint: run evil\n\n  hint: twice\n  \ufeffhint: unseen\nhint: wait\n  hint: evil\n'
  ],
  [
    'with the lines of a list as they are',
    new TypeError('two faults:\n  - one\n  - two'),
    'TypeError: two faults:\n  - one\n  - two\n'
  ],
  ['as text if it is no error', 'gone', 'Error: gone\n']
])('an error is told to people %s', (_how, error, text) => {
  expect(printed(error)).toBe(text)
})

it.each([
  [new WaystoneError('it broke', { hint: 'mend it' }), { name: 'WaystoneError', message: 'it broke', hint: 'mend it' }],
  ['gone', { name: 'Error', message: 'gone' }]
])('an error is one line of JSON for programs, with the fields it has', (thrown, error) => {
  expect(printed(thrown, true)).toBe(`${JSON.stringify({ error })}\n`)
})

it('an error in JSON steers no terminal either', () => {
  expect(printed(new TypeError('a\u009b31m\u202eb'), true)).toBe(
    `{"error":{"name":"TypeError","message":"a${String.raw`\u009b`}31m${String.raw`\u202e`}b"}}\n`
  )
})
