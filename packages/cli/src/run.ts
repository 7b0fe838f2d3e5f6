import { CommanderError } from 'commander'
import { nameOf } from '@waystone/kit/error-fields'
import { exitCodeFor } from '@waystone/node/exit-codes'
import { printError } from '@waystone/node/print-error'
import { commands } from './commands.ts'
import { createProgram } from './program.ts'

const USAGE_EXIT_CODE = 2

/**
 * Runs one command line and returns the exit code. Only the named command's
 * code is loaded: most of them need no libp2p.
 *
 * @param args - without `node` and the script
 */
export async function run(args: string[]): Promise<number> {
  const line = withoutHelpCommand(args)
  const program = await createProgram(name => name === line[0])
  try {
    await program.parseAsync(line, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE
    const shown = nameOf(error) === 'ConnectError' ? (await import('./api/index.ts')).callFailure(error) : error
    printError(shown, { json: args.includes('--json') })
    return exitCodeFor(shown)
  }
}

/** `help send` is `send --help`: only the command itself, and for roles their binary, knows its flags. */
function withoutHelpCommand(args: string[]): string[] {
  const [first, name, ...rest] = args
  const known = first === 'help' && commands.some(command => command.name === name)
  return known && name !== undefined ? [name, ...rest, '--help'] : args
}
