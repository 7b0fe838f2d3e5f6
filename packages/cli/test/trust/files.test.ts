import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import { runInside } from '../run-inside.ts'
import type { trust } from '@waystone/wire/admin'

const PEER = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const STEERING = '\u001b[2J\u001b]0;owned\u0007\nforged line'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu
const FILE = JSON.stringify({
  description: STEERING,
  contact: ['mailto:ops@example.org'],
  entities: [{ nodes: [{ node: 's1', pubkey: PEER, remotes: ['/ip4/192.0.2.1/tcp/4001'] }] }]
})

async function folder(): Promise<string> {
  const made = await temporaryFolder()
  onTestFinished(async () => await made[Symbol.asyncDispose]())
  return made.path
}

async function fileWith(content: string | Uint8Array): Promise<string> {
  const path = join(await folder(), 'file.json')
  await writeFile(path, content)
  return path
}

async function gathered<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const message of messages) found.push(message)
  return found
}

describe('trust check', () => {
  it('shows what is in a file, without its escapes', async () => {
    const { code, stdout } = await runInside(['trust', 'check', await fileWith(FILE)])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^cid {10}bafkrei\w+\nnodes {8}1\n\nnode +entity +peer id/m)
    ])
    expect(stdout).not.toMatch(STEERS)
    const [object] = jsonLines((await runInside(['trust', 'check', await fileWith(FILE), '--json'])).stdout)
    expect(object).toMatchObject({ description: STEERING, entities: [{ nodes: [{ peer: PEER }] }] })
  })

  it.each<[string, string | Uint8Array, RegExp]>([
    ['is empty', '', /^TrustFile\w+Error: /],
    ['is no JSON', 'hello', /^TrustFile\w+Error: /],
    ['has a key twice', '{"a":1,"a":2}', /^TrustFile\w+Error: /],
    ['is deep', '['.repeat(100_000), /^TrustFile\w+Error: /],
    ['is no text', Uint8Array.of(0xff), /^TrustFileEncodingError: /],
    ['is large', new Uint8Array(2 ** 20 + 1), /^InputFileError: .*larger than 1048576 bytes/]
  ])('refuses a file that %s', async (_what, content, error) => {
    const { code, stderr, stdout } = await runInside(['trust', 'check', await fileWith(content)])
    expect([code, stderr, stdout]).toEqual([2, expect.stringMatching(error), ''])
    expect(stderr).toContain('hint: ')
  })

  it('refuses folders, what is not there, and what never ends', async () => {
    expect((await runInside(['trust', 'check', await folder()])).stderr).toMatch(/InputFileError: .* it is a folder/)
    expect((await runInside(['trust', 'check', '/nowhere'])).stderr).toContain('there is no such file')
    const endless = join(await folder(), 'endless')
    await symlink('/dev/zero', endless)
    expect(await runInside(['trust', 'check', endless])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('larger than')
    })
  })
})

describe('trust publish', () => {
  const answer = {
    name: 'k51',
    cid: 'bafy',
    sequence: 3n,
    validUntil: 0n,
    published: ['dht', 'rpc'],
    failures: [STEERING]
  }

  it('sends the file and how to sign it, and shows what came of it', async () => {
    const seen: trust.PublishRequest[] = []
    const publish = async (requests: AsyncIterable<trust.PublishRequest>) => {
      seen.push(...(await gathered(requests)))
      return answer
    }
    const { run } = await nodeAndCommands({}, { publish })
    const path = await fileWith(FILE)
    const { code, stdout } = await run('trust', 'publish', path, '--key', 'cluster', '--ttl', '2d', '--lifetime', '10d')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^published {4}dht, rpc\nfailed/m)])
    expect(stdout).not.toMatch(STEERS)
    expect(seen).toMatchObject([{ key: 'cluster', ttlMs: 172_800_000n, lifetimeMs: 864_000_000n }])
    expect(Buffer.from(seen[0]?.file ?? []).toString()).toBe(FILE)
  })

  it('warns if there is no peer yet, which is no failure', async () => {
    const publish = async (requests: AsyncIterable<unknown>) => {
      await gathered(requests)
      return { ...answer, published: [], failures: [] }
    }
    const { run } = await nodeAndCommands({}, { publish })
    const path = await fileWith(FILE)
    const warning = expect.stringMatching(/^published {4}warning: no peer is connected/m)
    expect(await run('trust', 'publish', path)).toMatchObject({ code: 0, stdout: warning })
    const { code, stdout } = await run('trust', 'publish', path, '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { published: [], failures: [] }])
  })

  it('fails if nobody took it', async () => {
    const publish = async (requests: AsyncIterable<unknown>) => {
      await gathered(requests)
      return { ...answer, published: [] }
    }
    const { run } = await nodeAndCommands({}, { publish })
    expect(await run('trust', 'publish', await fileWith(FILE))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('nobody has taken it yet')
    })
  })

  it.each([[['--key', '../evil']], [['--key', 'a', '--record', 'b']], [['--record', '/nowhere']], [['--ttl', 'soon']]])(
    'refuses %j before it asks',
    async args => {
      const { run, node } = await nodeAndCommands()
      expect((await run('trust', 'publish', await fileWith(FILE), ...args)).code).toBe(2)
      expect(node.authorizations).toEqual([])
    }
  )
})

describe('trust publish --sign-offline', () => {
  const sign = async (file: string, record: string, ...args: string[]) =>
    await runInside(['trust', 'publish', file, '--sign-offline', record, ...args])

  async function made() {
    const at = await folder()
    const [key, file, record] = [join(at, 'k.key'), join(at, 'f.json'), join(at, 'r.record')]
    await writeFile(file, FILE)
    expect((await runInside(['identity', 'new', '--key-file', key])).code).toBe(0)
    return { at, key, file, record }
  }

  it('writes a record without a node, with a sequence that only rises', async () => {
    const { key, file, record } = await made()
    const first = await sign(file, record, '--key-file', key, '--json')
    expect(jsonLines(first.stdout)).toMatchObject([
      { event: 'signed', sequence: 0, name: expect.stringMatching(/^k51/) }
    ])
    const second = await sign(file, record, '--key-file', key)
    expect(second.stdout).toMatch(/^sequence {5}1$/m)
    const third = await sign(file, record, '--key-file', key, '--sequence', '1')
    expect(third).toMatchObject({ code: 2, stderr: expect.stringContaining('has the sequence 1 already') })
    expect((await sign(file, record, '--key-file', key, '--sequence', '9')).stdout).toMatch(/^sequence {5}9$/m)
  })

  it('overwrites nothing that is no record of the key', async () => {
    const { at, key, file } = await made()
    expect((await sign(file, key, '--key-file', key)).stderr).toContain('holds no record of this key')
    expect(await readFile(key, 'utf8')).toContain('{')
    await mkdir(join(at, 'folder'))
    expect((await sign(file, join(at, 'folder'), '--key-file', key)).code).toBe(2)
  })

  it('says what is missing or wrong', async () => {
    const { key, file, record } = await made()
    expect(await sign(file, record)).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: name it with') })
    expect((await sign(file, record, '--key-file', '/nowhere')).stderr).toContain('KeyFileNotFoundError')
    for (const sequence of ['-1', 'x', String(2n ** 64n)])
      expect((await sign(file, record, '--key-file', key, '--sequence', sequence)).code).toBe(2)
  })
})

it('keys are made once, in the data folder, and listed', async () => {
  const { run, dataDir } = await nodeAndCommands()
  expect((await run('trust', 'key', 'ls')).stdout).toMatch(/^no keys in /)
  const [key] = jsonLines((await run('trust', 'key', 'new', 'cluster', '--json')).stdout)
  expect(key).toMatchObject({ name: 'cluster', keyFile: join(dataDir, 'keys/cluster.key') })
  expect((await run('trust', 'key', 'new', 'cluster')).stderr).toContain('KeyFileExistsError')
  expect((await run('trust', 'key', 'new', '../evil')).code).toBe(2)
  expect((await run('trust', 'key', 'ls')).stdout).toMatch(/^cluster +k51\w+ +no +\//m)
})

describe('trust export and import', () => {
  const text = '{"waystoneTrust":1,"entries":[{"label":"\\u001b[2J\u007f"}]}\n'

  it('hands on what the node gives, to a file that only its owner reads', async () => {
    async function* exported() {
      yield { json: Buffer.from(text.slice(0, 20)) }
      yield { json: Buffer.from(text.slice(20)) }
    }
    const { run } = await nodeAndCommands({}, { export: exported })
    const printed = (await run('trust', 'export')).stdout
    expect([JSON.parse(printed), printed]).toEqual([JSON.parse(text), expect.not.stringMatching(STEERS)])
    const path = join(await folder(), 'trust.json')
    expect((await run('trust', 'export', path)).stdout).toBe(`written to ${path}\n`)
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('names what is wrong with the place of an export', async () => {
    const { run } = await nodeAndCommands({}, { async *export() {} })
    for (const path of [await folder(), '/nowhere/trust.json'])
      expect(await run('trust', 'export', path)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^OutputFileError: cannot write .*\nhint: /)
      })
  })

  it('sends a file in parts, and says what became of the entries', async () => {
    const seen: trust.ImportRequest[] = []
    const take = async (requests: AsyncIterable<trust.ImportRequest>) => {
      seen.push(...(await gathered(requests)))
      return { added: 1, replaced: 2, skipped: 3 }
    }
    const { run } = await nodeAndCommands({}, { import: take })
    const path = await fileWith('x'.repeat(600_000))
    const { stdout } = await run('trust', 'import', path, '--replace')
    expect(stdout).toBe('1 entry added, 2 replaced, 3 left as they are\n')
    expect(seen.map(({ json, existing }) => [json.length, existing])).toEqual([
      [262_144, 'replace'],
      [262_144, ''],
      [75_712, '']
    ])
    expect(await run('trust', 'import', await folder())).toMatchObject({ code: 2 })
  })
})
