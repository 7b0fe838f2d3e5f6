import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { runInside } from './run-inside.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

/** The binary of a role ends its process by itself. */
async function printedByProcess(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args])
  return stdout
}

async function printed(...args: string[]): Promise<string> {
  const { code, stdout } = await runInside(args)
  expect(code).toBe(0)
  return stdout
}

it.each([
  ['send', '--quiet'],
  ['config', 'explain']
])('help %s shows what its own --help does, %s for one', async (name, flag) => {
  const text = await printed('help', name)
  expect(text).toContain(flag)
  expect(text).toBe(await printed(name, '--help'))
})

it('help of a role is that of its binary', async () => {
  const text = await printedByProcess('help', 'seed')
  expect(text).toContain('--seeds')
  expect(text).toBe(await printedByProcess('seed', '--help'))
})

it('help of a part of a command is its own', async () => {
  expect(await printed('help', 'config', 'explain')).toContain('waystone config explain')
})

it('help alone lists the commands', async () => expect(await printed('help')).toContain('measure round trips'))
