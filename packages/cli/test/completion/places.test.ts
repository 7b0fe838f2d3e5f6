import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { bashScript } from '../../src/completion/bash.ts'
import { placesOf } from '../../src/completion/places.ts'
import { createProgram } from '../../src/program.ts'

const EVERYTHING = createProgram(() => true)

/** What bash offers for a command line whose last word is not finished. */
async function offered(script: string, words: string[]): Promise<string[]> {
  const last = 'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _waystone; printf "%s\\n" "${COMPREPLY[@]}"'
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    `${script}\nCOMP_WORDS=("$@"); ${last}`,
    'bash',
    ...words
  ])
  return stdout.split('\n').filter(line => line !== '')
}

async function complete(...words: string[]): Promise<string[]> {
  return await offered(bashScript(await placesOf(await EVERYTHING)), ['waystone', ...words])
}

describe('completion from the commands themselves', () => {
  it.each([
    [['st'], ['status', 'stop']],
    [['config', 'pr'], ['print']],
    [
      ['identity', ''],
      ['new', 'show', 'recover', 'export', 'pool', 'help']
    ],
    [
      ['identity', 'export', '--format', ''],
      ['libp2p', 'pem', 'key-file']
    ],
    [['logs', '--level', 'd'], ['debug']],
    [['logs', 'level', 's'], ['silent']],
    [['status', '--api', 'x', '--js'], ['--json']],
    [['trust', 'add', '--level', 'u'], ['ultimate']],
    [['trust', 'set', '--deny', 'offer'], ['offer-relay']],
    [['trust', 'explain', ''], []],
    [['cluster', 'p'], ['publish']],
    [
      ['registry', 'query', 'r'],
      ['relay-advert', 'rendezvous']
    ],
    [
      ['registry', 'query', 'relay-advert', '--a'],
      ['--all', '--api']
    ],
    // values that no shell can know are left to the person
    [['status', '--api', ''], []],
    [['connect', ''], []],
    // a word that is a command elsewhere
    [['send', 'stop', '--qu'], ['--quiet']],
    // the flags of the role's own binary
    [['relay', '--pre'], ['--preset']],
    [['relay', '--preset', 'se'], ['seed']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish']
    ]
  ])('%j', async (words, expected) => expect(await complete(...words)).toEqual(expected))

  it('offers files and folders where they belong', async () => {
    const [files, folders] = [await complete('status', '--config', ''), await complete('status', '--data-dir', '')]
    expect(files).toEqual(expect.arrayContaining(['package.json', 'packages']))
    expect(folders).toContain('packages')
    expect(folders).not.toContain('package.json')
  })

  it('takes no word of a description for shell', async () => {
    const program = new Command('waystone')
    const nasty = 'it\'s $(touch /tmp/x) `id` "quoted" : \\ end'
    program.addCommand(new Command('run').addOption(new Option('--how <way>', nasty).choices(["c'd", 'c$(id)', 'c'])))
    expect(await offered(bashScript(await placesOf(program)), ['waystone', 'run', '--how', 'c'])).toEqual(['c'])
  })
})
