import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand } from '../harness/command.ts'
import { heldBy, startMember, trustCommand } from '../harness/trust-cluster.ts'
import { poll } from '@waystone/kit/testing'
import type { CommandResult } from '../harness/command.ts'
import type { Member } from '../harness/trust-cluster.ts'

/** Four processes and as many commands, on a machine that may be busy. */
const TEST_TIMEOUT_MS = 300_000
const PATIENCE_MS = 120_000

async function forTest(...args: Parameters<typeof startMember>): Promise<Member> {
  const member = await startMember(...args)
  onTestFinished(() => member.node[Symbol.asyncDispose]())
  return member
}

/** An edge of the preset for thin clients, with this node as its delegate and nobody else. */
async function startThin(folder: string, { address }: Member): Promise<Member> {
  const addresses = { listen: ['/ip4/127.0.0.1/tcp/0'], private: true }
  return await forTest('edge', folder, { extends: 'thin', addresses, delegate: { use: [address] } })
}

async function command({ node }: Member, ...args: string[]): Promise<CommandResult> {
  return await runCommand({ args: [...args, '--data-dir', node.dataDir] })
}

it(
  'hands a thin client, with one connection, what somebody else has added; a stranger is refused',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const made = await temporaryFolder()
    onTestFinished(() => made[Symbol.asyncDispose]())
    const folder = made.path
    const seed = await forTest('seed', join(folder, 'seed'), { delegate: { serve: true } })
    const holder = await forTest('edge', join(folder, 'holder'), { seeds: [seed.address] })
    const joined = async (): Promise<true | undefined> =>
      (await heldBy(holder, [seed])).length === 1 ? true : undefined
    await poll(joined, { what: 'the holder to join', ms: PATIENCE_MS })
    const file = join(folder, 'notes.txt')
    await writeFile(file, 'notes of somebody else')
    const added = await command(holder, 'add', file)
    expect(added.code, added.stderr).toBe(0)
    const cid = added.stdout.trim()

    const thin = await startThin(join(folder, 'thin'), seed)
    const trusted = await trustCommand(seed, 'add', 'thin', thin.peer, '--level', 'advanced')
    expect(trusted.code, trusted.stderr).toBe(0)
    const output = join(folder, 'copy.txt')
    const fetched = await command(thin, 'fetch', cid, '--output', output, '--json')
    expect(fetched.code, fetched.stderr).toBe(0)
    expect(JSON.parse(fetched.stdout)).toEqual({ event: 'fetched', cid, path: output, size: 22 })
    expect(await readFile(output, 'utf8')).toBe('notes of somebody else')
    expect((await command(thin, 'fetch', cid)).stdout).toBe('notes of somebody else')
    const peers = await command(thin, 'peers', '--json')
    expect(peers.stdout).toContain(seed.peer)
    expect(peers.stdout).not.toContain(holder.peer)

    const stranger = await startThin(join(folder, 'stranger'), seed)
    const refused = await command(stranger, 'fetch', cid, '--output', join(folder, 'nothing'))
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('remote-fetch-cid')
    expect(refused.stderr).toContain('hint: ')
    expect(refused.stderr).toContain(`waystone trust add thin ${stranger.peer} --level advanced`)
    await expect(readFile(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' })
  }
)
