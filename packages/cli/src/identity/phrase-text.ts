const WORDS_PER_LINE = 6

export interface PhraseText {
  /** Whom somebody with the phrase can pretend to be. */
  who: string
  /** For a key that is not where `waystone identity recover` puts it by itself. */
  keyFile?: string
  /** For what another command makes again. */
  recover?: string
}

/** A recovery phrase as it is shown the only time, with what it is for. */
export function describePhrase(phrase: string, { who, keyFile, recover }: PhraseText): string {
  const words = phrase.split(' ')
  const lines: string[] = []
  for (let start = 0; start < words.length; start += WORDS_PER_LINE) {
    lines.push(`    ${words.slice(start, start + WORDS_PER_LINE).join(' ')}`)
  }
  const again = recover ?? `waystone identity recover${keyFile === undefined ? '' : ` --key-file ${keyFile}`}`
  return `Recovery phrase, shown this once and kept nowhere:

${lines.join('\n')}

Write it down now and keep it where nobody else looks: whoever has it can pretend to be
${who}. \`${again}\` makes the same key of it on any machine.
`
}
