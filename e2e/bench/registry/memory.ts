import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { reportProgress } from '../interleave.ts'
import { fullRegistry, startStore } from './full-registry.ts'
import { RECORDS, RECORDS_TEXT } from './size.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { Held } from './fixtures/store.ts'

/** Of memory for one record beyond its payload. */
const MAX_BYTES = 500

/** What a record takes besides its payload: a process for each run. */
export const memory: Measurement = {
  name: 'memory',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const { recordsPath, payloadBytes } = await fullRegistry()
    const [stores, maps]: [Held[], Held[]] = [[], []]
    for (let run = 0; run < runs; run++) {
      stores.push(await holdOnce('store', recordsPath))
      maps.push(await holdOnce('map', recordsPath))
    }
    const payload = payloadBytes / RECORDS
    const map = { name: 'a Map of their bytes', samples: maps.map(({ memoryBytes }) => memoryBytes / RECORDS) }
    return [
      {
        // the payloads are in the file: nothing of what the process grows by is theirs
        name: `${RECORDS_TEXT} records: memory of the process, a record`,
        unit: 'B',
        samples: stores.map(({ memoryBytes }) => memoryBytes / RECORDS),
        baseline: map,
        target: { valueAtMost: MAX_BYTES }
      },
      {
        name: `${RECORDS_TEXT} records: the same and the whole file in the page cache, without payload`,
        unit: 'B',
        samples: stores.map(({ memoryBytes, fileBytes }) => (memoryBytes + fileBytes) / RECORDS - payload),
        baseline: { ...map, samples: map.samples.map(bytes => bytes - payload) }
      }
    ]
  }
}

async function holdOnce(what: 'store' | 'map', records: string): Promise<Held> {
  await using folder = await temporaryFolder()
  await using store = await startStore({ records, path: join(folder.path, 'registry.db') })
  const held = await store.ask<Held>(what)
  if (held.records !== RECORDS) throw new Error(`${held.records} of ${RECORDS} records were kept`)
  const [memoryText, fileText] = [held.memoryBytes, held.fileBytes].map(bytes => (bytes / RECORDS).toFixed(0))
  reportProgress(`${what}: ${memoryText} bytes of memory and ${fileText} of files a record`)
  return held
}
