import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { WaystoneError } from '@waystone/interface'
import { childEnvironment, cliEntry } from './child-node.ts'
import { configFileOf } from './local-network.ts'
import type { PlannedNode } from './network-plan.ts'

/** The file that arrived is not the one that was sent, or none arrived. */
export class NotDeliveredError extends WaystoneError {
  static override readonly name = 'NotDeliveredError'
}

export interface SendOnceInit {
  file: string
  network: PlannedNode[]
  json: boolean
  signal: AbortSignal
}

/**
 * Sends a file from the first edge to the last, then looks at what lies in the
 * receiver's inbox: the receipt says what the receiver claims, the inbox what it has.
 *
 * @throws NotDeliveredError
 */
export async function sendOnce({ file, network, json, signal }: SendOnceInit): Promise<void> {
  const edges = network.filter(node => node.role === 'edge')
  const [sender, receiver] = [edges.at(0), edges.at(-1)]
  if (sender === undefined || receiver === undefined) throw new NotDeliveredError('the network has no two edges')
  const inbox = join(receiver.dataDir, 'inbox')
  const code = await runSend({ file, sender, receiver, json, signal })
  if (code !== 0) throw new NotDeliveredError(`send ended with ${code}`, { hint: 'its own message is above' })
  await compare(file, inbox, signal)
}

interface RunSendInit {
  file: string
  sender: PlannedNode
  receiver: PlannedNode
  json: boolean
  signal: AbortSignal
}

async function runSend({ file, sender, receiver, json, signal }: RunSendInit): Promise<number | string> {
  const args = [
    cliEntry(),
    'send',
    file,
    receiver.peerId,
    '--config',
    configFileOf(sender),
    ...(json ? ['--json'] : [])
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: childEnvironment() })
  const kill = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', kill, { once: true })
  try {
    return await new Promise((resolve, reject) => {
      child.once('exit', (code, name) => resolve(code ?? name ?? 'unknown'))
      child.once('error', reject)
    })
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

async function compare(file: string, inbox: string, signal: AbortSignal): Promise<void> {
  const arrived = (await readdir(inbox)).filter(name => !name.startsWith('.'))
  const [name] = arrived
  if (name === undefined || arrived.length > 1) throw new NotDeliveredError(`${inbox} holds ${arrived.length} files`)
  const [sent, received] = await Promise.all([hashFile(file, signal), hashFile(join(inbox, name), signal)])
  if (sent !== received) throw new NotDeliveredError(`sent ${sent}, but ${name} in ${inbox} has ${received}`)
}

async function hashFile(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash, { signal })
  return hash.digest('hex')
}
