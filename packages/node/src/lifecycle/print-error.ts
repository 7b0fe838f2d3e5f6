import { hintOf, messageOf, nameOf } from '@waystone/kit/error-fields'
import { terminalJson, terminalPart } from '@waystone/kit/terminal-text'

export interface PrintErrorInit {
  /** One JSON line instead of text. */
  json?: boolean
}

/**
 * Tells a person, or a program, on standard error what ended the process and
 * what to do about it. A remote may have a part in the words: only the hint
 * of the error itself makes a line that begins with `hint:`.
 */
export function printError(error: unknown, { json = false }: PrintErrorInit = {}): void {
  const [name, message, hint] = [nameOf(error), messageOf(error), hintOf(error)]
  if (json) process.stderr.write(`${terminalJson(JSON.stringify({ error: { name, message, hint } }))}\n`)
  else process.stderr.write(`${terminalPart(`${name}: ${message}`)}\n${hint === undefined ? '' : hintLine(hint)}`)
}

function hintLine(hint: string): string {
  return `${terminalPart(`hint: ${hint}`)}\n`
}
