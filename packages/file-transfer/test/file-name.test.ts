import { dirname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberedName, plainText, safeFileName } from '../src/file-name.ts'

const awkward = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom('/', '\\', '..', '.', '\0', '\u202e', '\u200b', 'con', ' ', ':', 'a', '🧀', '\ud800', '\n'),
      { maxLength: 12 }
    )
    .map(parts => parts.join(''))
)

describe('safeFileName', () => {
  it('is always directly inside the folder', () => {
    fc.assert(
      fc.property(awkward, name => {
        const safe = safeFileName(name)
        if (safe === undefined) return
        expect(dirname(resolve(join('/inbox', safe)))).toBe('/inbox')
        expect(dirname(resolve(join('/inbox', numberedName(safe, 9999))))).toBe('/inbox')
      }),
      { numRuns: 2000 }
    )
  })

  it('never hides a file, exceeds a file system or takes the name of a part', () => {
    fc.assert(
      fc.property(awkward, name => {
        const safe = safeFileName(name)
        if (safe === undefined) return
        expect(safe).not.toMatch(/^[. ]|[. ]$|[\p{Cc}\p{Cf}\p{Cs}<>:"|?*\\/]/u)
        expect(Buffer.byteLength(numberedName(safe, 9999))).toBeLessThanOrEqual(255)
        expect(safe).not.toBe('')
      }),
      { numRuns: 2000 }
    )
  })

  it('leaves a safe name as it is', () => {
    fc.assert(
      fc.property(awkward, name => {
        const safe = safeFileName(name)
        if (safe !== undefined) expect(safeFileName(safe)).toBe(safe)
      })
    )
  })

  it.each(['.', ' '])('leaves no %j at the end where it cuts', end => {
    expect(safeFileName('a'.repeat(239) + end + 'b'.repeat(100))).toBe(`${'a'.repeat(239)}_`)
  })

  it.each(['', '.', '..', '../../etc/x', '/etc/passwd', 'a/b', 'a\0b'])('refuses %j', name => {
    expect(safeFileName(name)).toBeUndefined()
  })

  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['Käse 🧀.txt', 'Käse 🧀.txt'],
    ['.bashrc', '_bashrc'],
    ['..\\..\\x', '_._.._x'],
    ['con', '_con'],
    ['COM1.txt', '_COM1.txt'],
    ['lpt9 .log', '_lpt9 .log'],
    ['console.log', 'console.log'],
    ['evil\u202egpj.exe', 'evil_gpj.exe'],
    ['name. ', 'name._'],
    ['a\u0308.txt', 'ä.txt'],
    ['.waystone-0123456789abcdef0123456789abcdef.part', '_waystone-0123456789abcdef0123456789abcdef.part']
  ])('turns %j into %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe)
  })

  it('cuts a long name before its extension and between characters', () => {
    const safe = safeFileName(`${'ä'.repeat(300)}.tar`)
    expect(safe).toMatch(/^ä+\.tar$/)
    expect(Buffer.byteLength(safe ?? '')).toBe(240)
  })
})

describe('numberedName', () => {
  it('keeps the extension', () => {
    expect(numberedName('photo.jpg', 2)).toBe('photo (2).jpg')
    expect(numberedName('README', 1)).toBe('README (1)')
  })
})

describe('plainText', () => {
  it('takes away what steers a terminal and what is too long', () => {
    expect(plainText('\u001b[31mred\nline', 8)).toBe(' [31mred')
  })
})
