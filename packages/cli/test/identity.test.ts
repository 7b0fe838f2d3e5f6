import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')

interface Result {
  code: number
  stdout: string
  stderr: string
}

interface Surroundings {
  input?: string
  env?: Record<string, string>
}

/** Runs `waystone identity …` as a shell would. */
async function identity(args: string[], { input = '', env = {} }: Surroundings = {}): Promise<Result> {
  const { WAYSTONE_IDENTITY_PASSPHRASE: _unset, ...inherited } = process.env
  const child = spawn(process.execPath, [MAIN, 'identity', ...args], { env: { ...inherited, ...env } })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode ?? -1, stdout, stderr }
}

async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waystone-identity-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function secretFile(content: string): Promise<string> {
  const file = join(await scratchFolder(), 'secret')
  await writeFile(file, content, { mode: 0o600 })
  return file
}

interface MadeKey {
  folder: string
  keyFile: string
  peerId: string
  phrase: string
}

async function makeKey(args: string[] = []): Promise<MadeKey> {
  const folder = await scratchFolder()
  const { stdout } = await identity(['new', '--data-dir', folder, '--json', ...args])
  return { folder, ...JSON.parse(stdout) }
}

describe('waystone identity new', () => {
  test('makes a key and shows its 24 words, which are written nowhere', async () => {
    const folder = await scratchFolder()
    const { code, stdout } = await identity(['new', '--data-dir', folder])
    expect(code).toBe(0)
    const words = stdout.match(/(?:^ {4}(?:[a-z]+ ){5}[a-z]+\n){4}/m)?.[0] ?? ''
    expect(words.trim().split(/\s+/)).toHaveLength(24)
    expect(stdout).toMatch(/^peer id +12D3KooW\w+$/m)
    expect(await readdir(folder)).toEqual(['identity.key'])
    expect((await stat(join(folder, 'identity.key'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, 'identity.key'), 'utf8')).not.toContain(words.trim().split(' ')[0])
  })

  test('finds the folder of the role by itself', async () => {
    const home = await scratchFolder()
    const { stdout } = await identity(['new', '--role', 'relay', '--json'], { env: { HOME: home } })
    expect(JSON.parse(stdout).keyFile).toBe(join(home, '.waystone', 'relay', 'identity.key'))
  })

  test('keeps a key that is there already', async () => {
    const { folder, keyFile } = await makeKey()
    const before = await readFile(keyFile)
    const { code, stderr, stdout } = await identity(['new', '--data-dir', folder])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^KeyFileExistsError: .*\nhint: /)
    expect(stdout).toBe('')
    expect(await readFile(keyFile)).toEqual(before)
  })

  test('makes no open key of a passphrase variable that is empty', async () => {
    const folder = await scratchFolder()
    const env = { WAYSTONE_IDENTITY_PASSPHRASE: '' }
    const { code, stderr } = await identity(['new', '--data-dir', folder], { env })
    expect(code).toBe(3)
    expect(stderr).toContain('PassphraseInvalidError')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('waystone identity recover', () => {
  test('gives the same peer id on another machine, from a pipe and from a file', async () => {
    const { peerId, phrase } = await makeKey()
    const [piped, filed] = [await scratchFolder(), await scratchFolder()]
    const fromPipe = await identity(['recover', '--data-dir', piped, '--json'], { input: `${phrase}\n` })
    const file = await secretFile(phrase.replaceAll(' ', '\n'))
    const fromFile = await identity(['recover', '--data-dir', filed, '--phrase-file', file])
    expect(JSON.parse(fromPipe.stdout)).toEqual({ peerId, keyFile: join(piped, 'identity.key'), encrypted: false })
    expect(fromFile.stdout).toContain(peerId)
    expect(fromFile.stdout).not.toContain(phrase.slice(0, 20))
  })

  test('names a misspelt word, exits 2 and writes nothing', async () => {
    const folder = await scratchFolder()
    const input = `abandom ${'abandon '.repeat(22)}art`
    const { code, stderr } = await identity(['recover', '--data-dir', folder, '--json'], { input })
    expect(code).toBe(2)
    const { error } = JSON.parse(stderr)
    expect(error).toMatchObject({ name: 'PhraseInvalidError', hint: expect.stringContaining('"abandon"') })
    expect(await readdir(folder)).toEqual([])
  })

  test.each([
    ['nothing', ''],
    ['far too much', 'word '.repeat(200_000)]
  ])('refuses %s on standard input', async (_what, input) => {
    const { code, stderr } = await identity(['recover', '--data-dir', await scratchFolder()], { input })
    expect(code).toBe(2)
    expect(stderr).toContain('PhraseInvalidError')
  })

  test('takes no phrase on the command line, where others could read it', async () => {
    const { phrase } = await makeKey()
    const { code } = await identity(['recover', '--data-dir', await scratchFolder(), ...phrase.split(' ')])
    expect(code).toBe(2)
  })
})

describe('waystone identity show', () => {
  test('tells about an encrypted key without its passphrase, and checks it with', async () => {
    const passphrase = await secretFile('open sesame\n')
    const { keyFile, peerId } = await makeKey(['--passphrase-file', passphrase])
    const closed = await identity(['show', '--key-file', keyFile, '--json'])
    const opened = await identity(['show', '--key-file', keyFile, '--json', '--passphrase-file', passphrase])
    const shown = { peerId, keyFile, mode: '0600', encrypted: true, publicKey: expect.stringMatching(/^CAES/) }
    expect(JSON.parse(closed.stdout)).toEqual({ ...shown, verified: false })
    expect(JSON.parse(opened.stdout)).toEqual({ ...shown, verified: true })
  })

  test('of a wrong passphrase exits 3 with its name and a hint', async () => {
    const { keyFile } = await makeKey(['--passphrase-file', await secretFile('open sesame')])
    const env = { WAYSTONE_IDENTITY_PASSPHRASE: 'open barley' }
    const { code, stderr } = await identity(['show', '--key-file', keyFile], { env })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^PassphraseWrongError: .*\nhint: /)
  })

  test('of a key that others can read exits 3 and says chmod', async () => {
    const { keyFile } = await makeKey()
    await chmod(keyFile, 0o644)
    const { code, stderr } = await identity(['show', '--key-file', keyFile])
    expect(code).toBe(3)
    expect(stderr).toContain('KeyFilePermissionsError')
    expect(stderr).toContain(`hint: chmod 600 ${keyFile}`)
  })

  test('of no key exits 3', async () => {
    const { code, stderr } = await identity(['show', '--data-dir', await scratchFolder()])
    expect(code).toBe(3)
    expect(stderr).toContain('KeyFileNotFoundError')
  })
})

describe('waystone identity export', () => {
  test('prints the key into a pipe, for libp2p and as PEM', async () => {
    const { keyFile, peerId } = await makeKey()
    const libp2p = await identity(['export', '--key-file', keyFile])
    const pem = await identity(['export', '--key-file', keyFile, '--format', 'pem', '--json'])
    expect(libp2p.stdout).toMatch(/^CAES[\w+/]+=*\n$/)
    expect(JSON.parse(pem.stdout)).toEqual({
      peerId,
      format: 'pem',
      privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----/)
    })
  })

  test('needs the passphrase of an encrypted key', async () => {
    const passphrase = await secretFile('open sesame')
    const { keyFile } = await makeKey(['--passphrase-file', passphrase])
    const { code, stderr, stdout } = await identity(['export', '--key-file', keyFile])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('PassphraseMissingError')
    const opened = await identity(['export', '--key-file', keyFile, '--passphrase-file', passphrase])
    expect(opened.stdout).toMatch(/^CAES/)
  })

  test('writes a private file, and never over another', async () => {
    const { keyFile, folder } = await makeKey()
    const out = join(folder, 'key.pem')
    const first = await identity(['export', '--key-file', keyFile, '--format', 'pem', '--out', out])
    const second = await identity(['export', '--key-file', keyFile, '--out', out])
    expect(first.stdout).toContain(out)
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect(await readFile(out, 'utf8')).toContain('BEGIN PRIVATE KEY')
    expect(second.code).toBe(3)
    expect(second.stderr).toContain('KeyFileExistsError')
  })

  test('encrypts the key of a node that made it without a passphrase', async () => {
    const { keyFile, folder, peerId } = await makeKey()
    const [out, passphrase] = [join(folder, 'new.key'), await secretFile('open sesame')]
    const args = ['export', '--key-file', keyFile, '--format', 'key-file', '--out', out]
    await identity([...args, '--new-passphrase-file', passphrase], { env: { WAYSTONE_IDENTITY_PASSPHRASE: 'unused' } })
    const shown = await identity(['show', '--key-file', out, '--passphrase-file', passphrase, '--json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ peerId, encrypted: true, verified: true })
  })

  test.each([
    [['--format', 'key-file'], 'ExportOptionsError'],
    [['--format', 'pem', '--new-passphrase-file', 'x'], 'ExportOptionsError'],
    [['--format', 'jwk'], "argument 'jwk' is invalid"],
    [['--data-dir', 'x'], 'cannot be used with']
  ])('refuses the options %j with exit code 2', async (args, message) => {
    const { keyFile } = await makeKey()
    const { code, stderr } = await identity(['export', '--key-file', keyFile, ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
