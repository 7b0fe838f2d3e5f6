import { jsonLine } from '../json-line.ts'

/** Lines for people on standard output. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line}\n`).join(''))
}

/** One JSON object a line, for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`)
}
