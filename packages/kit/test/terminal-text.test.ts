import { terminalText } from '@waystone/kit/terminal-text'
import { expect, test } from 'vitest'

test.each([
  ['an escape sequence', 'getaddrinfo ENOTFOUND a\u001b[2Jb', 'getaddrinfo ENOTFOUND a\ufffd[2Jb'],
  ['an escape of one character', '\u009b31m', '\ufffd31m'],
  ['a carriage return', 'failed\rall is well', 'failed\ufffdall is well'],
  ['text from right to left', '\u202egpj.exe', '\ufffdgpj.exe']
])('%s is taken out', (_, text, shown) => {
  expect(terminalText(text)).toBe(shown)
})

test('lines, tabs and letters of all kinds stay', () => {
  const text = 'Käse 🧀 日本語 עברית\n\thint: …'
  expect(terminalText(text)).toBe(text)
})
