import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readPhrase } from '../src/identity/phrase-input.ts'

const WORDS = Array.from({ length: 24 }, (_, index) => `word${index}`)

class Terminal extends PassThrough {
  readonly isTTY = true
}

interface Asked {
  phrase: Promise<string>
  input: Terminal
  /** All that was shown so far. */
  shown(): string
}

function ask(): Asked {
  const [input, output] = [new Terminal(), new PassThrough()]
  let shown = ''
  output.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  return { phrase: readPhrase({ input, output }), input, shown: () => shown }
}

describe('a person who is asked for a recovery phrase', () => {
  test('can paste it in the lines in which it was printed, and it is not shown', async () => {
    const { phrase, input, shown } = ask()
    for (let start = 0; start < 24; start += 6) input.write(`    ${WORDS.slice(start, start + 6).join(' ')}\n`)
    expect((await phrase).split(/\s+/)).toEqual(WORDS)
    expect(shown()).toContain('Recovery phrase')
    expect(shown()).not.toMatch(/word\d/)
  })

  test('can end it early with an empty line, or by closing the terminal', async () => {
    const lineEnded = ask()
    lineEnded.input.write('one two\n\n')
    expect((await lineEnded.phrase).trim()).toBe('one two')
    const closed = ask()
    closed.input.end()
    expect(await closed.phrase).toBe('')
  })

  test('can give up with Ctrl-C', async () => {
    const { phrase, input } = ask()
    input.write('\u0003')
    await expect(phrase).rejects.toMatchObject({ name: 'InterruptedError', exitCode: 130 })
  })
})

test('a phrase file that is absent is an error by name', async () => {
  const reading = readPhrase({ file: '/nonexistent/phrase', input: new PassThrough(), output: new PassThrough() })
  await expect(reading).rejects.toMatchObject({
    name: 'PhraseInvalidError',
    hint: expect.stringContaining('--phrase-file')
  })
})
