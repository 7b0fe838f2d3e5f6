import { bytesToHex } from '@noble/hashes/utils.js'
import { MAX_RESUME_LENGTH } from './constants.ts'
import type { Random } from '@waystone/interface'

const RUN_BYTES = 8
const FORM = /^([0-9a-f]{16})\.(\d{1,16})$/

/** Where watches go on: numbers of changes mean something in one run of one registry alone. */
export class ResumeTokens {
  readonly #run: string

  constructor(random: Random) {
    this.#run = bytesToHex(random.bytes(RUN_BYTES))
  }

  write(number: bigint): string {
    return `${this.#run}.${number}`
  }

  /** Undefined if it is of another registry, of an earlier run, or nothing of the kind. */
  read(token: string): bigint | undefined {
    const [, run, number] = token.length > MAX_RESUME_LENGTH ? [] : (FORM.exec(token) ?? [])
    return run === this.#run && number !== undefined ? BigInt(number) : undefined
  }
}
