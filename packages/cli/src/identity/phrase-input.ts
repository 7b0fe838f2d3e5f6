import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { PHRASE_WORDS, PhraseInvalidError } from '@waystone/node/identity'
import { InterruptedError } from '../until-signalled.ts'

/** More than this is no phrase, in bytes; as much as `recoverIdentity` reads. */
const MAX_PHRASE_BYTES = 4_096
const HINT = `give the ${PHRASE_WORDS} words with --phrase-file FILE, through a pipe, or type them when asked`

export interface PhraseSource {
  /** Read instead of the input. */
  file?: string | undefined
  input: NodeJS.ReadableStream & { isTTY?: boolean | undefined }
  /** Where a person is asked; what is typed is not shown. */
  output: NodeJS.WritableStream
}

/**
 * A recovery phrase from a file, a pipe or a person. Never from the command
 * line, which every user of the machine can read.
 *
 * @throws PhraseInvalidError, InterruptedError
 */
export async function readPhrase({ file, input, output }: PhraseSource): Promise<string> {
  if (file !== undefined) return readFilePhrase(file)
  return input.isTTY === true ? askForPhrase(input, output) : readText(input)
}

async function readFilePhrase(file: string): Promise<string> {
  try {
    return await readText(createReadStream(file, { end: MAX_PHRASE_BYTES }))
  } catch (cause) {
    if (cause instanceof PhraseInvalidError) throw cause
    throw new PhraseInvalidError(`The phrase file cannot be read: ${file}`, { hint: HINT, cause })
  }
}

async function readText(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk)
    length += bytes.byteLength
    if (length > MAX_PHRASE_BYTES)
      throw new PhraseInvalidError('The recovery phrase is too long to be one', { hint: HINT })
    chunks.push(bytes)
  }
  const text = Buffer.concat(chunks).toString()
  if (text.trim() === '') throw new PhraseInvalidError('No recovery phrase was given', { hint: HINT })
  return text
}

/** Takes lines until all words are there, so that a phrase may be pasted as `identity new` prints it. */
async function askForPhrase(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<string> {
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: hidden, terminal: true, historySize: 0 })
  output.write(`Recovery phrase (${PHRASE_WORDS} words, not shown; an empty line ends it): `)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  lines.on('line', line => {
    text = `${text} ${line}`.trimStart()
    if (line.trim() === '' || text.trim().split(/\s+/).length >= PHRASE_WORDS) resolve(text)
  })
  lines.on('SIGINT', () => reject(new InterruptedError('interrupted')))
  lines.on('close', () => resolve(text))
  try {
    return await promise
  } finally {
    lines.close()
    output.write('\n')
  }
}
