import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { startCommand } from '../../harness/command.ts'
import { interleave } from '../interleave.ts'
import { untilEvent } from './command-event.ts'
import { startDirectPair } from './perf-pair.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

const MIB = 2 ** 20
const FILE_BYTES = 2 ** 30
/** What may be lost to two disks and two SHA-256, as a share of the stream's rate. */
const SHARE_OF_STREAM = 0.75

const EDGE = [
  '--json',
  '--preset=dev',
  '--listen=/ip4/127.0.0.1/tcp/0',
  '--set=transports.quic=false',
  '--set=transports.webrtc=false',
  '--set=transports.webrtcDirect=false'
]

/** `waystone send` to `waystone receive` over direct TCP with TLS. */
export const sendFile: Measurement = { name: 'send', measure }

async function measure({ runs }: MeasureOptions): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'file')
  await makeFile(file)
  const samples = await interleave({ stream: rateOfStream, send: () => rateOfSend(file) }, { runs })
  return [
    {
      name: 'send: 1 GiB, TCP, TLS',
      unit: 'MiB/s',
      samples: samples.send,
      baseline: { name: 'stream of 1 GiB, TCP, TLS', samples: samples.stream },
      target: { ratioAtLeast: SHARE_OF_STREAM }
    }
  ]
}

// processes as young as those of the two commands
async function rateOfStream(): Promise<number> {
  await using pair = await startDirectPair({ transport: 'tcp', encrypter: 'tls' })
  return await pair.upload({ bytes: FILE_BYTES })
}

/** From the sender's first dial until it holds the receipt for a file that is safely on disk. */
async function rateOfSend(file: string): Promise<number> {
  await using folder = await temporaryFolder()
  const edge = (name: string): string[] => [...EDGE, '--data-dir', join(folder.path, name)]
  const out = join(folder.path, 'received')
  await using receiver = startCommand({ args: ['receive', '--out', out, ...edge('receiver')] })
  const { addresses } = await untilEvent<{ addresses: string[] }>(receiver, 'listening')
  await using sender = startCommand({ args: ['send', file, addresses[0] ?? '', ...edge('sender')] })
  const { size, durationMs } = await untilEvent<{ size: number; durationMs: number }>(sender, 'delivered')
  return size / MIB / (durationMs / 1_000)
}

async function makeFile(path: string): Promise<void> {
  const piece = randomBytes(MIB)
  const file = await open(path, 'w')
  for (let bytes = 0; bytes < FILE_BYTES; bytes += piece.length) await file.write(piece)
  // or it would still be on its way to the disk while the first run is timed
  await file.sync()
  await file.close()
}
