import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { debianProgram } from './debian.ts'

export interface CurlInit {
  args: string[]
  /** For standard input. */
  input?: Uint8Array
}

export interface CurlAnswer {
  status: number
  header: Headers
  body: Buffer
}

/** Runs the real curl, which is installed if it is missing, and takes its answer apart. */
export async function curl({ args, input }: CurlInit): Promise<CurlAnswer> {
  const child = spawn(await debianProgram('curl'), ['--silent', '--show-error', '--include', ...args])
  const out: Buffer[] = []
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  // a server may answer before it has read everything
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`curl ended with ${code}: ${Buffer.concat(said).toString()}`)
  return readAnswer(Buffer.concat(out))
}

function readAnswer(bytes: Buffer): CurlAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n')
  const header = new Headers()
  for (const line of lines) header.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  return { status: Number(first.split(' ')[1]), header, body: bytes.subarray(end + 4) }
}
