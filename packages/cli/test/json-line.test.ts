import { terminalJson, terminalText } from '@waystone/kit/terminal-text'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonLine } from '../src/json-line.ts'

it('steers no terminal and means the same, whatever a remote wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const line = jsonLine({ text })
      expect(terminalText(line)).toBe(line)
      expect(line).not.toMatch(/[\n\t]/)
      expect(JSON.parse(line)).toEqual({ text })
    })
  )
  const text = '\u009b2J\u007f\u202e\u200f'
  expect(terminalText(jsonLine(text))).toBe(jsonLine(text))
  expect(JSON.parse(terminalJson(JSON.stringify(text)))).toBe(text)
})
