/** Tells a person on standard error what ended the process and what to do about it. */
export function printError(error: unknown): void {
  const { name, message, hint } = error instanceof Error ? (error as Error & { hint?: string }) : describe(error)
  process.stderr.write(`${name}: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`)
}

function describe(thrown: unknown): { name: string; message: string; hint?: string } {
  return { name: 'Error', message: String(thrown) }
}
