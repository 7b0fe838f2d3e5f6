import { exitCodeFor } from '@waystone/node/exit-codes'

export interface ReportErrorInit {
  json: boolean
}

/** Prints an error for a person, or as one JSON line, on standard error; returns the exit code. */
export function reportError(error: unknown, { json }: ReportErrorInit): number {
  const { name, message, hint } = describe(error)
  if (json) process.stderr.write(`${JSON.stringify({ error: { name, message, ...(hint && { hint }) } })}\n`)
  else process.stderr.write(`${name}: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`)
  return exitCodeFor(error)
}

function describe(error: unknown): { name: string; message: string; hint?: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const hint = (error as { hint?: string }).hint
  return { name: error.name, message: error.message, ...(hint !== undefined && { hint }) }
}
