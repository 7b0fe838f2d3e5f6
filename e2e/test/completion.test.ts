import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand } from '../harness/command.ts'
import { debianProgram } from '../harness/debian.ts'
import { openTerminal } from '../harness/terminal.ts'

const run = promisify(execFile)

async function scriptFor(shell: string, folder: string): Promise<string> {
  const { code, stdout } = await runCommand({ args: ['completion', shell] })
  expect(code).toBe(0)
  const file = join(folder, `completion.${shell}`)
  await writeFile(file, stdout)
  return file
}

it.each([
  ['bash', ['--norc', '--noprofile', '-i'], ''],
  ['zsh', ['-f', '-i'], 'autoload -U compinit && compinit -u -d "$TMPDIR/zcompdump"; ']
])('%s completes when Tab is pressed', async (shell, flags, setup) => {
  await using folder = await temporaryFolder()
  const [program, script] = await Promise.all([debianProgram(shell), scriptFor(shell, folder.path)])
  await using terminal = await openTerminal(['env', `TMPDIR=${folder.path}`, program, ...flags])
  await terminal.type(`cd ${folder.path}; PS1='> '; ${setup}source ${script}; clear; echo re''ady`)
  await terminal.press('Enter')
  await terminal.shows(/ready/)
  const complete = async (line: string, pattern: RegExp): Promise<void> => {
    await terminal.press('C-u')
    await terminal.type(line)
    await terminal.press('Tab')
    await terminal.press('Tab')
    expect(await terminal.shows(pattern)).toMatch(pattern)
  }
  await complete('waystone st', /\bstatus\b[^]*\bstop\b/)
  await complete('waystone stat', /> waystone status *$/m)
  await complete('waystone logs --level de', /> waystone logs --level debug/)
  await complete('waystone status --token-file compl', new RegExp(`--token-file completion\\.${shell}`))
})

it('fish completes', async () => {
  await using folder = await temporaryFolder()
  const [fish, script] = await Promise.all([debianProgram('fish'), scriptFor('fish', folder.path)])
  const complete = async (line: string): Promise<string[]> => {
    const { stdout } = await run(fish, ['-N', '-c', `source ${script}; complete -C ${JSON.stringify(line)}`])
    return stdout
      .trimEnd()
      .split('\n')
      .map(each => each.split('\t')[0] ?? '')
  }
  expect(await complete('waystone st')).toEqual(['status', 'stop'])
  expect(await complete('waystone logs --level d')).toEqual(['debug'])
  expect(await complete('waystone identity export --form')).toEqual(['--format'])
})
