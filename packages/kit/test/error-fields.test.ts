import { expect, it } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { codeOf, hintOf, messageOf, nameOf, toError } from '@waystone/kit/error-fields'

it('an error tells its fields', () => {
  const error = Object.assign(new WaystoneError('no such file', { hint: 'make it' }), { code: 'ENOENT' })
  expect([nameOf(error), messageOf(error), codeOf(error), hintOf(error)]).toEqual([
    'WaystoneError',
    'no such file',
    'ENOENT',
    'make it'
  ])
})

it('an error without a code or a hint, or with strange ones, has none', () => {
  expect([codeOf(new Error('plain')), hintOf(new Error('plain'))]).toEqual([undefined, undefined])
  const odd = Object.assign(new Error('odd'), { code: 7, hint: {} })
  expect([codeOf(odd), hintOf(odd)]).toEqual([undefined, undefined])
})

it('what is no error has a text and nothing else', () => {
  const thrown = { name: 'AbortError', code: 'ENOENT', hint: 'try again' }
  expect([nameOf(thrown), codeOf(thrown), hintOf(thrown)]).toEqual(['Error', undefined, undefined])
  expect(['text', 7, null, undefined].map(messageOf)).toEqual(['text', '7', 'null', 'undefined'])
})

it('what is thrown becomes an error once', () => {
  const error = new TypeError('odd')
  expect(toError(error)).toBe(error)
  expect(toError('gone')).toEqual(new Error('gone'))
})
