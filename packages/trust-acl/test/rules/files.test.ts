import { execFileSync } from 'node:child_process'
import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, test } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { AddressRules } from '../../src/rules/address-rules.ts'
import { FILE_POLL_MS, MAX_LIST_BYTES } from '../../src/rules/constants.ts'

interface Setup extends AsyncDisposable {
  folder: string
  path: string
  rules: AddressRules
  changes: () => number
  /** Looks at the files until it is so. */
  see: (what: () => boolean) => Promise<void>
  error: () => string | undefined
  refused: () => string[]
}

async function setup(text?: string): Promise<Setup> {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'deny.txt')
  if (text !== undefined) await writeFile(path, text)
  const clock = new ManualClock()
  const audit = new AuditLog({ clock })
  const config = { default: 'allow', allow: [], deny: [], files: [{ path, action: 'deny' }], feeds: [] } as const
  const rules = new AddressRules({ config, clock, audit })
  let changes = 0
  rules.onChange(() => changes++)
  await rules.start()
  return {
    folder: folder.path,
    path,
    rules,
    changes: () => changes,
    see: async what =>
      await until(async () => {
        await clock.advance(FILE_POLL_MS)
        return what()
      }),
    error: () => rules.lists()[0]?.error?.name,
    refused: () => audit.events().flatMap(({ kind, reason }) => (kind === 'refused' ? [reason] : [])),
    [Symbol.asyncDispose]: async () => {
      rules.stop()
      await folder[Symbol.asyncDispose]()
    }
  }
}

function denies(rules: AddressRules, ip: string): boolean {
  return rules.check(multiaddr(`/ip4/${ip}/tcp/1`))?.allow === false
}

test('a file is in force when the rules have started', async () => {
  await using at = await setup('192.0.2.0/24\n')
  expect(denies(at.rules, '192.0.2.1')).toBe(true)
  expect(at.rules.lists()).toMatchObject([{ name: at.path, entries: 1, error: undefined }])
})

test('a file that is written again is read again', async () => {
  await using at = await setup('192.0.2.1')
  await writeFile(at.path, '192.0.2.2')
  await at.see(() => denies(at.rules, '192.0.2.2'))
  expect(denies(at.rules, '192.0.2.1')).toBe(false)
  expect(at.changes()).toBe(2)
})

test('a file that is renamed over it is read, as editors do', async () => {
  await using at = await setup('192.0.2.1')
  for (const last of [2, 3]) {
    await writeFile(`${at.path}.new`, `192.0.2.${last}`)
    await rename(`${at.path}.new`, at.path)
    await at.see(() => denies(at.rules, `192.0.2.${last}`))
  }
  expect(at.changes()).toBe(3)
})

test('a link is followed to where it points now, as containers do', async () => {
  await using at = await setup()
  for (const last of [1, 2]) await writeFile(join(at.folder, `${last}`), `192.0.2.${last}`)
  await symlink('1', at.path)
  await at.see(() => denies(at.rules, '192.0.2.1'))
  await symlink('2', `${at.path}.new`)
  await rename(`${at.path}.new`, at.path)
  await at.see(() => denies(at.rules, '192.0.2.2'))
  expect(denies(at.rules, '192.0.2.1')).toBe(false)
})

test('a file that is gone leaves its rules, is told once, and counts again when it is back', async () => {
  await using at = await setup('192.0.2.1')
  await rm(at.path)
  await at.see(() => at.error() === 'RuleFileUnreadableError')
  await at.see(() => true)
  expect(denies(at.rules, '192.0.2.1')).toBe(true)
  expect(at.refused()).toHaveLength(1)
  await writeFile(at.path, '192.0.2.1')
  await at.see(() => at.error() === undefined)
  await writeFile(at.path, '192.0.2.2')
  await at.see(() => denies(at.rules, '192.0.2.2'))
})

test('a broken file leaves the last good version and says which line it is', async () => {
  await using at = await setup('192.0.2.1')
  await writeFile(at.path, '192.0.2.2\nnonsense')
  await at.see(() => at.error() === 'RuleListInvalidError')
  for (let looks = 0; looks < 3; looks++) await at.see(() => true)
  expect([denies(at.rules, '192.0.2.1'), denies(at.rules, '192.0.2.2')]).toEqual([true, false])
  expect(at.error()).toBe('RuleListInvalidError')
  expect(at.refused()).toEqual(['RuleListInvalidError: line 2 is no IP or network: "nonsense"'])
})

test('a file that is missing at the start is told, and waited for', async () => {
  await using at = await setup()
  expect(at.error()).toBe('RuleFileUnreadableError')
  await writeFile(at.path, '192.0.2.1')
  await at.see(() => denies(at.rules, '192.0.2.1'))
})

test.each(['a folder', 'a pipe', 'a device', 'a loop of links', 'a huge file'])('%s is no list', async kind => {
  await using at = await setup('192.0.2.1')
  await rm(at.path)
  if (kind === 'a folder') await symlink(at.folder, at.path)
  if (kind === 'a pipe') execFileSync('mkfifo', [at.path])
  if (kind === 'a device') await symlink('/dev/zero', at.path)
  if (kind === 'a loop of links') await symlink(at.path, at.path)
  if (kind === 'a huge file') {
    await writeFile(at.path, '')
    await truncate(at.path, 2 ** 31)
  }
  await at.see(() => at.rules.lists()[0]?.error !== undefined && !at.error()?.includes('ENOENT'))
  const expected = kind === 'a huge file' ? 'RuleListTooLargeError' : 'RuleFileUnreadableError'
  await at.see(() => at.error() === expected)
  expect(denies(at.rules, '192.0.2.1')).toBe(true)
})

test('a file whose size the system does not tell is read up to the limit', async () => {
  await using at = await setup('192.0.2.1')
  await rm(at.path)
  // a regular file of size 0 with something in it
  await symlink('/proc/self/status', at.path)
  await at.see(() => at.error() === 'RuleListInvalidError')
  expect(MAX_LIST_BYTES).toBeGreaterThan(0)
})

test('nothing is read after the stop, and again after the next start', async () => {
  await using at = await setup('192.0.2.1')
  at.rules.stop()
  at.rules.stop()
  await writeFile(at.path, '192.0.2.2')
  for (let looks = 0; looks < 3; looks++) await at.see(() => true)
  expect(denies(at.rules, '192.0.2.2')).toBe(false)
  await at.rules.start()
  expect(denies(at.rules, '192.0.2.2')).toBe(true)
})
