/** Where something stands in a file. */
export interface Place {
  /** Such as `entities[0].nodes[3].pubkey`; `the file` for all of it. */
  readonly path: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

/** Keys are a stranger's text: of a long one, so many characters are shown. */
const SHOWN_KEY_LENGTH = 64

/** The place of an offset, with the path that leads there. */
export function placeAt(text: string, offset: number, path: readonly PropertyKey[]): Place {
  let line = 1
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line++
    start = end + 1
  }
  return { path: pathText(path), line, column: offset - start + 1 }
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file'
  return path.map(stepText).join('').replace(/^\./, '')
}

function stepText(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`
  const key = String(step).slice(0, SHOWN_KEY_LENGTH)
  return /^[A-Za-z$_][\w$-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
