import { terminalJson } from '@waystone/kit/terminal-text'

/** One line of JSON for programs, which steers no terminal. */
export function jsonLine(value: unknown): string {
  return terminalJson(JSON.stringify(value))
}
