import { hintOf, messageOf, nameOf } from '@waystone/kit/error-fields'
import { terminalText } from '@waystone/kit/terminal-text'

export interface PrintErrorInit {
  /** One JSON line instead of text. */
  json?: boolean
}

/** Tells a person, or a program, on standard error what ended the process and what to do about it. */
export function printError(error: unknown, { json = false }: PrintErrorInit = {}): void {
  const [name, message, hint] = [nameOf(error), messageOf(error), hintOf(error)]
  if (json) process.stderr.write(`${JSON.stringify({ error: { name, message, hint } })}\n`)
  else process.stderr.write(terminalText(`${name}: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`))
}
