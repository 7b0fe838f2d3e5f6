import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '@waystone/node/config'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import { runInside } from '../run-inside.ts'
import type { trust } from '@waystone/wire/admin'
import type { Finished } from '../run-inside.ts'

const NORTH = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const SOUTH = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'

async function made(...options: string[]) {
  const temporary = await temporaryFolder()
  onTestFinished(async () => await temporary[Symbol.asyncDispose]())
  const folder = join(temporary.path, 'garden')
  const first = await runInside(['cluster', 'init', 'garden', '--folder', folder, '--json', ...options])
  const created = JSON.parse(first.stdout === '' ? '{}' : first.stdout) as { key: string; phrase: string }
  // no node of this machine may get in between
  const nowhere = ['--data-dir', join(temporary.path, 'nowhere')]
  const cluster = async (...args: string[]): Promise<Finished> =>
    await runInside(['cluster', ...args, '--folder', folder])
  const publish = async (...args: string[]): Promise<Finished> => await cluster('publish', ...args, ...nowhere)
  return { folder, temporary: temporary.path, first, ...created, cluster, publish }
}

describe('cluster init', () => {
  it('makes a key, an empty list and configs that nodes start from', async () => {
    const { folder, key, phrase, cluster } = await made()
    expect([key, phrase.split(' ').length]).toEqual([expect.stringMatching(/^k51/), 24])
    expect((await stat(join(folder, 'cluster.key'))).mode & 0o777).toBe(0o600)
    for (const role of ['seed', 'edge'] as const) {
      const { config } = await loadConfig({ role, file: join(folder, `${role}.yaml`), env: {}, home: '/nowhere' })
      const paths = { file: join(folder, 'cluster.json'), record: join(folder, 'cluster.record') }
      expect(config.cluster).toMatchObject({ name: 'garden', key, ...paths })
    }
    const [shown] = jsonLines((await cluster('show', '--json')).stdout)
    expect(shown).toMatchObject({ name: key, sequence: 0, isCurrent: true, members: [], key: 'open' })
  })

  it('shows the phrase once, and what to do next', async () => {
    const temporary = await temporaryFolder()
    onTestFinished(async () => await temporary[Symbol.asyncDispose]())
    const { code, stdout } = await runInside(['cluster', 'init', 'rocks', '--folder', join(temporary.path, 'x')])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Recovery phrase, shown this once/m)])
    expect(stdout).toMatch(/waystone cluster add PEER-ID… --folder .*\/x$/m)
  })

  it('overwrites nothing', async () => {
    const { folder } = await made()
    const before = await readFile(join(folder, 'cluster.key'), 'utf8')
    const again = await runInside(['cluster', 'init', 'garden', '--folder', folder])
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ClusterFolderError: .* is there already/) })
    expect(await readFile(join(folder, 'cluster.key'), 'utf8')).toBe(before)
  })

  it.runIf(process.platform === 'linux')('fails at once where no folder can be made', async () => {
    const { code, stderr } = await runInside(['cluster', 'init', 'garden', '--folder', '/proc/waystone'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^ClusterFolderError: cannot make \/proc\/waystone: ENOENT/)
    ])
  })

  it.each(['', 'A', 'a b', '../up', 'x'.repeat(33)])('refuses the name %j', async name => {
    const { code, stderr } = await runInside(['cluster', 'init', name, '--folder', '/nowhere/at/all'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('must be 1 to 32 characters')])
  })
})

describe('cluster add and rm', () => {
  it('change the list, and only that', async () => {
    const { cluster, publish, folder } = await made()
    const record = await readFile(join(folder, 'cluster.record'))
    const added = await cluster('add', NORTH, `/ip4/192.0.2.1/tcp/4001/p2p/${SOUTH}`)
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Not signed yet: waystone cluster publish')
    })
    expect(await readFile(join(folder, 'cluster.record'))).toEqual(record)
    const shown = (await cluster('show')).stdout
    expect(shown).toMatch(/^list +changed since it was signed: waystone cluster publish$/m)
    expect(shown).toMatch(new RegExp(`^seed-2 +${SOUTH} +/ip4/192.0.2.1/tcp/4001$`, 'm'))
    expect(await publish('--json')).toMatchObject({ code: 0 })
    expect((await cluster('rm', 'seed-1', '--json')).stdout).toBe(
      `{"event":"removed","label":"seed-1","peer":"${NORTH}","remotes":[]}\n`
    )
    expect(jsonLines((await cluster('show', '--json')).stdout)).toMatchObject([
      { sequence: 1, isCurrent: false, members: [{ peer: SOUTH }] }
    ])
  })

  it('say of a member that is there already that the list is signed as it is', async () => {
    const { cluster, publish, folder } = await made()
    await cluster('add', NORTH)
    await publish()
    const members = join(folder, 'cluster.json')
    // as somebody may have laid it out by hand
    await writeFile(members, JSON.stringify(JSON.parse(await readFile(members, 'utf8'))))
    await publish()
    const again = (await cluster('add', NORTH)).stdout
    expect(again).toMatch(/^unchanged {2}seed-1 /m)
    expect(again).toMatch(/^Signed as it is, with sequence 2\.$/m)
    expect(again).not.toContain('Not signed yet')
    expect((await cluster('add', SOUTH)).stdout).toContain('Not signed yet')
    expect((await cluster('add', SOUTH)).stdout).toContain('Not signed yet')
  })

  it('sign at once if they are told to', async () => {
    const { cluster, temporary } = await made()
    const nowhere = ['--data-dir', join(temporary, 'nowhere')]
    const { code, stdout } = await cluster('add', NORTH, '--publish', ...nowhere, '--json')
    expect([code, jsonLines(stdout)]).toMatchObject([
      0,
      [{ event: 'added' }, { event: 'signed', sequence: 1, members: 1 }]
    ])
    expect(jsonLines((await cluster('show', '--json')).stdout)).toMatchObject([{ isCurrent: true }])
  })

  it.each([
    ['add', ['north'], /^PeerArgumentError: "north" is no peer/],
    ['add', ['/ip4/192.0.2.1/tcp/4001'], /^PeerArgumentError: /],
    ['add', [NORTH, SOUTH, '--label', 'one'], /^ClusterArgumentError: --label names one member/],
    ['rm', ['north'], /^MemberUnknownError: "north" is no member/]
  ])('refuse %s %j', async (command, args, error) => {
    const { cluster, folder } = await made()
    const before = await readFile(join(folder, 'cluster.json'), 'utf8')
    expect(await cluster(command, ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(error) })
    expect(await readFile(join(folder, 'cluster.json'), 'utf8')).toBe(before)
  })

  it('give no two members the same label', async () => {
    const { cluster } = await made()
    await cluster('add', NORTH, '--label', 'one')
    const { code, stderr } = await cluster('add', SOUTH, '--label', 'one')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^ClusterArgumentError: another member is called "one"/)])
    expect((await cluster('add', NORTH, '--label', 'one')).code).toBe(0)
  })

  it('say where there is no cluster, or a broken list', async () => {
    const { cluster, folder, temporary } = await made()
    const elsewhere = await runInside(['cluster', 'add', NORTH, '--folder', temporary])
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('is no folder of a cluster') })
    await writeFile(join(folder, 'cluster.json'), '{"entities":')
    expect((await cluster('add', NORTH)).stderr).toMatch(/^TrustFileSyntaxError: /)
    expect(await readFile(join(folder, 'cluster.json'), 'utf8')).toBe('{"entities":')
  })
})

describe('cluster publish', () => {
  it('signs with the next sequence, and says what to copy where no node runs', async () => {
    const { publish } = await made()
    const { code, stdout } = await publish('--lifetime', '2d')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^sequence {5}1\nvalid until {2}.* \(in 2d\)/m)])
    expect(stdout).toMatch(/not published: no node runs here\.\nCopy .*cluster.json/)
    expect(stdout).toContain('warning: nobody is a member')
    expect(jsonLines((await publish('--json')).stdout)).toMatchObject([{ event: 'signed', sequence: 2 }])
    const back = await publish('--sequence', '2')
    expect(back).toMatchObject({ code: 2, stderr: expect.stringContaining('the sequence 2 was signed already') })
  })

  it('hands record and file to the running node, past the sequence that this one knows', async () => {
    const seen: trust.PublishRequest[] = []
    const { folder, key, cluster } = await made()
    await cluster('add', NORTH)
    const publish = async (requests: AsyncIterable<trust.PublishRequest>) => {
      for await (const request of requests) seen.push(request)
      return { published: ['rpc'], failures: ['dht: \u001b[2J'] }
    }
    const getCluster = () => ({ key, fileSequence: 6n })
    const { run } = await nodeAndCommands({}, { publish }, {}, { cluster: { getCluster } })
    const { code, stdout } = await run('cluster', 'publish', '--folder', folder)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^sequence {5}7$[^]*^published {4}rpc\nfailed/m)])
    expect(stdout).not.toContain('\u001b')
    expect(Buffer.from(seen[0]?.file ?? [])).toEqual(await readFile(join(folder, 'cluster.json')))
    expect(Buffer.from(seen[0]?.record ?? [])).toEqual(await readFile(join(folder, 'cluster.record')))
  })

  it.each([
    [[], 0, 'warning: no peer is connected; the node keeps it and hands it over as soon as one is'],
    [['rpc: PermissionDenied'], 1, 'nobody has taken it; the node keeps it and tries again']
  ])('says whether nobody was there or nobody took it (%j)', async (failures, code, words) => {
    const { folder } = await made()
    const publish = async (requests: AsyncIterable<trust.PublishRequest>) => {
      for await (const _ of requests) continue
      return { published: [], failures }
    }
    const { run } = await nodeAndCommands({}, { publish })
    const result = await run('cluster', 'publish', '--folder', folder)
    expect(result).toMatchObject({ code, stdout: expect.stringContaining(`published    ${words}`) })
    expect(result.stdout.includes('hands it over')).toBe(code === 0)
  })

  it('needs the key, and the right one', async () => {
    const [{ folder, publish }, other] = [await made(), await made()]
    await writeFile(join(folder, 'cluster.key'), await readFile(join(other.folder, 'cluster.key')))
    expect(await publish()).toMatchObject({ code: 2, stderr: expect.stringContaining('is the key of another cluster') })
    await rm(join(folder, 'cluster.key'))
    expect((await publish()).stderr).toMatch(/the key of the cluster is not in .*\n.*cluster recover/)
  })

  it('does not begin anew where the record is broken', async () => {
    const { folder, publish } = await made()
    await writeFile(join(folder, 'cluster.record'), 'no record')
    expect(await publish()).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no record of a cluster') })
  })
})

describe('cluster recover', () => {
  it('makes the key again, sealed, and refuses the phrase of another one', async () => {
    const [{ folder, temporary, phrase, cluster, publish }, other] = [await made(), await made()]
    await rm(join(folder, 'cluster.key'))
    expect((await cluster('show')).stdout).toMatch(/^key +not here; needed only to publish$/m)
    const [phraseFile, passphraseFile] = [join(temporary, 'phrase'), join(temporary, 'passphrase')]
    await writeFile(phraseFile, other.phrase)
    await mkdir(temporary, { recursive: true })
    expect((await cluster('recover', '--phrase-file', phraseFile)).stderr).toContain('is the key of another cluster')
    await writeFile(phraseFile, phrase)
    await writeFile(passphraseFile, 'a long enough passphrase\n', { mode: 0o600 })
    const sealed = await cluster('recover', '--phrase-file', phraseFile, '--passphrase-file', passphraseFile)
    expect(sealed).toMatchObject({ code: 0, stdout: expect.stringContaining('encrypted') })
    expect((await publish()).stderr).toMatch(/^PassphraseMissingError/)
    expect(await publish('--passphrase-file', passphraseFile)).toMatchObject({ code: 0 })
  })
})
