import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { openKeeper, readPool } from '@waystone/node/identity-pool'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runInside } from './run-inside.ts'

interface Shown {
  folder: string
  size: number
  kept: number
  encrypted: boolean
  ids: string[]
  phrase?: string
  slots: { slot: number; id: string; holder?: string; fence?: number }[]
  listed?: number
  problem?: string
}

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

async function pool(
  ...args: string[]
): Promise<{ code: number | string; stdout: string; stderr: string; shown: Shown }> {
  const result = await runInside(['identity', 'pool', ...args])
  const shown = args.includes('--json') && result.code === 0 ? (JSON.parse(result.stdout) as Shown) : ({} as Shown)
  return { ...result, shown }
}

async function newCluster(): Promise<string> {
  const cluster = join(await folderOfTest(), 'garden')
  expect((await runInside(['cluster', 'init', 'garden', '--folder', cluster])).code).toBe(0)
  return cluster
}

async function secret(folder: string, text: string): Promise<string> {
  const file = join(folder, `secret-${(await readdir(folder)).length}`)
  await writeFile(file, text, { mode: 0o600 })
  return file
}

describe('waystone identity pool', () => {
  test('makes sealed slots, shows the phrase once, and lets the pool grow by it', async () => {
    const folder = await folderOfTest()
    const [out, passphrase] = [join(folder, 'pool'), await secret(folder, 'sesame')]
    const sealed = ['--out', out, '--passphrase-file', passphrase, '--json']
    const { shown, stderr } = await pool('--size', '2', ...sealed)
    expect(shown).toMatchObject({ folder: out, size: 2, kept: 0, encrypted: true })
    expect(stderr).toBe('')
    expect(shown.phrase?.split(' ')).toHaveLength(24)
    expect(await readFile(join(out, 'slot-000.key'), 'utf8')).toContain('scrypt')

    const grown = await pool('--size', '3', ...sealed, '--phrase-file', await secret(folder, shown.phrase ?? ''))
    expect(grown.shown).toMatchObject({ size: 3, kept: 2, ids: [...shown.ids, expect.any(String)] })
    expect(grown.shown.phrase).toBeUndefined()
    expect((await readPool(out)).ids).toEqual(grown.shown.ids)
  })

  test('says that slots lie open without a passphrase', async () => {
    const out = join(await folderOfTest(), 'pool')
    const { stdout, stderr } = await pool('--size', '1', '--out', out)
    expect(stderr).toContain('warning: without a passphrase')
    expect(stdout).toMatch(/not encrypted[\s\S]*12D3KooW[\s\S]*shown this once/)
  })

  test('refuses the phrase of another pool, and more slots than there may be', async () => {
    const folder = await folderOfTest()
    const [first, other] = [join(folder, 'a'), join(folder, 'b')]
    await pool('--size', '1', '--out', first)
    const { shown } = await pool('--size', '1', '--out', other, '--json')
    const phrase = await secret(folder, shown.phrase ?? '')
    const refused = await pool('--size', '2', '--out', first, '--phrase-file', phrase)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/PoolPhraseError[\s\S]*hint:/) })
    const nothing = await pool('--size', '2', '--out', first, '--phrase-file', await secret(folder, '\n'))
    expect(nothing.stderr).toMatch(/No recovery phrase was given[\s\S]*--phrase-file FILE/)
    expect((await pool('--size', '1001', '--out', first)).stderr).toContain('PoolSizeError')
    expect((await pool('--size', 'x', '--out', first)).code).toBe(2)
    expect((await pool('--size', '2', '--list', '--out', first)).code).toBe(2)
  })

  test('lists the slots in the trust file of a cluster, once', async () => {
    const folder = await folderOfTest()
    const [out, cluster] = [join(folder, 'pool'), join(folder, 'garden')]
    expect((await runInside(['cluster', 'init', 'garden', '--folder', cluster])).code).toBe(0)
    const { shown } = await pool('--size', '2', '--out', out, '--cluster', cluster, '--json')
    expect(shown.listed).toBe(2)
    const file: unknown = JSON.parse(await readFile(join(cluster, 'cluster.json'), 'utf8'))
    expect(file).toMatchObject({
      entities: [
        {
          nodes: [
            { node: 'slot-000', pubkey: shown.ids[0] },
            { node: 'slot-001', pubkey: shown.ids[1] }
          ]
        }
      ]
    })
    expect((await pool('--list', '--out', out, '--cluster', cluster, '--json')).shown.listed).toBe(0)
  })

  test('that grows does not take in again who was put out of the cluster', async () => {
    const folder = await folderOfTest()
    const [out, cluster] = [join(folder, 'pool'), await newCluster()]
    const { shown } = await pool('--size', '2', '--out', out, '--cluster', cluster, '--json')
    expect((await runInside(['cluster', 'rm', 'slot-001', '--folder', cluster])).code).toBe(0)
    const phrase = await secret(folder, shown.phrase ?? '')
    const growing = ['--out', out, '--cluster', cluster, '--phrase-file', phrase]
    const grown = await pool('--size', '3', ...growing)
    expect(grown.stdout).toMatch(/: 1 new member \(slot-002\); sign the list/)
    expect(grown.stdout).toMatch(/no members any more: slot-001; waystone cluster add/)
    expect(await readFile(join(cluster, 'cluster.json'), 'utf8')).not.toContain(shown.ids[1])
    // asked for by name it does
    const all = await pool('--list', '--out', out, '--cluster', cluster)
    expect(all.stdout).toMatch(/: 1 new member \(slot-001\); sign the list/)
  })

  test('that had no members takes in all of its slots when it grows', async () => {
    const folder = await folderOfTest()
    const [out, cluster] = [join(folder, 'pool'), await newCluster()]
    const { shown } = await pool('--size', '1', '--out', out, '--json')
    const phrase = await secret(folder, shown.phrase ?? '')
    const grown = await pool('--size', '2', '--out', out, '--cluster', cluster, '--phrase-file', phrase, '--json')
    expect(grown.shown).toMatchObject({ listed: 2, newMembers: ['slot-000', 'slot-001'], leftOut: [] })
  })

  test('shows a new phrase also where the slots cannot be listed afterwards', async () => {
    const [out, cluster] = [join(await folderOfTest(), 'pool'), await newCluster()]
    await writeFile(join(cluster, 'cluster.json'), 'no list')
    const { code, stdout, stderr } = await pool('--size', '1', '--out', out, '--cluster', cluster)
    expect(stdout).toContain('shown this once')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^TrustFileSyntaxError: .*\nhint: /m)
    expect((await readPool(out)).ids).toHaveLength(1)
  })

  test('writes nothing where the cluster is none', async () => {
    const folder = await folderOfTest()
    const { code, stderr } = await pool('--size', '1', '--out', join(folder, 'pool'), '--cluster', folder)
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('ClusterFolderError') })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('waystone identity pool --list', () => {
  test('shows who holds the slots', async () => {
    const folder = await folderOfTest()
    const [out, leases] = [join(folder, 'pool'), join(folder, 'leases')]
    await mkdir(leases)
    await pool('--size', '2', '--out', out)
    const free = await pool('--out', out, '--lease-folder', leases, '--json')
    expect(free.shown.slots).toEqual([0, 1].map(slot => ({ slot, id: expect.stringContaining('12D3KooW') })))

    const lease = { directory: leases }
    const keeper = await openKeeper({
      lease,
      pool: await readPool(out),
      env: {},
      clock: systemClock,
      random: systemRandom
    })
    await keeper.acquire(2, { signal: new AbortController().signal })
    const { shown } = await pool('--out', out, '--lease-folder', leases, '--json')
    expect(shown.slots[0]).toMatchObject({ fence: 1, holder: expect.stringContaining(String(process.pid)) })
    expect(shown.slots[1]?.holder).toBeUndefined()
    expect((await pool('--out', out, '--lease-folder', leases)).stdout).toMatch(
      /0 {2}12D3KooW\w+ +1 {2}.* pid \d+ {2}.* ago/
    )
  })

  test('says why nobody knows who holds them, and shows the rest', async () => {
    const folder = await folderOfTest()
    const out = join(folder, 'pool')
    await pool('--size', '1', '--out', out)
    const { code, stdout } = await pool('--out', out, '--lease-folder', join(folder, 'nowhere'), '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ size: 1, problem: expect.stringContaining('PoolFolderError') })
    expect(await pool('--out', out, '--lease-folder', join(folder, 'nowhere'))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/12D3KooW[\s\S]*nobody knows who holds the slots: PoolFolderError/)
    })
  })

  test('of what is no pool names what makes one, and is bad usage', async () => {
    for (const args of [[], ['--cluster', await newCluster()]]) {
      const { code, stderr } = await pool('--list', '--out', await folderOfTest(), ...args)
      expect([code, stderr]).toEqual([2, expect.stringMatching(/PoolNotFoundError[\s\S]*--size N/)])
    }
  })

  test('says how to see who holds them when nobody is named who knows', async () => {
    const out = join(await folderOfTest(), 'pool')
    await pool('--size', '1', '--out', out)
    const hint = expect.stringMatching(/not known here.*--config.*--lease-folder/)
    expect((await pool('--list', '--out', out)).stdout).toEqual(hint)
    expect((await pool('--list', '--out', out, '--json')).shown.problem).toEqual(hint)
  })

  test('takes the pool and the lease keeper from a config', async () => {
    const folder = await folderOfTest()
    const [out, leases, config] = ['pool', 'leases', 'seed.yaml'].map(name => join(folder, name)) as [
      string,
      string,
      string
    ]
    await mkdir(leases)
    await pool('--size', '1', '--out', out)
    const write = async (lease: string): Promise<void> =>
      await writeFile(config, `extends: seed\nidentity: { pool: { folder: pool, lease: { ${lease} } } }\n`)
    await write('directory: leases')
    const init = { pool: await readPool(out), env: {}, clock: systemClock, random: systemRandom }
    const keeper = await openKeeper({ ...init, lease: { directory: leases } })
    await keeper.acquire(1, { signal: new AbortController().signal })
    const { shown } = await pool('--list', '--config', config, '--json')
    expect(shown).toMatchObject({ folder: out, slots: [{ fence: 1, holder: expect.any(String) }] })
    await write('ordinal: hostname')
    expect((await pool('--list', '--config', config)).stdout).toMatch(/given its own from outside/)
  })

  test('is made where the example config looks for it', async () => {
    const { stdout } = await pool('--help')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('default: that of --config, or pool in the current one')
  })
})
