import { MAX_DAG_DEPTH, MAX_FETCH_BLOCKS } from '../constants.ts'
import { FetchTooLargeError } from '../errors.ts'
import { inlineBytes, linksOf } from './codecs.ts'
import type { CID } from 'multiformats/cid'

interface Step {
  cid: CID
  depth: number
}

/**
 * The order in which the blocks of a DAG travel: depth first, each block once.
 * Both ends keep it, so that nothing unexpected has to be believed. Pure.
 */
export class DepthFirst {
  /** The next one last. */
  readonly #ahead: Step[]
  readonly #seen = new Set<string>()
  #current: Step

  constructor(root: CID) {
    this.#current = { cid: root, depth: 0 }
    this.#ahead = [this.#current]
  }

  /**
   * The block that comes now.
   *
   * @throws FetchTooLargeError, BlockMalformedError, CidUnsupportedError
   */
  next(): CID | undefined {
    for (let step = this.#ahead.pop(); step !== undefined; step = this.#ahead.pop()) {
      if (!this.#isNew(step.cid)) continue
      this.#current = step
      const inline = inlineBytes(step.cid)
      if (inline === undefined || step.depth === 0) return step.cid
      this.follow(inline)
    }
    return undefined
  }

  /** Takes the links of the block that {@link next} gave; its bytes have been verified. */
  follow(bytes: Uint8Array): void {
    const { cid, depth } = this.#current
    const links = linksOf(cid, bytes)
    if (links.length > 0 && depth >= MAX_DAG_DEPTH) {
      throw new FetchTooLargeError(`the DAG has more than ${MAX_DAG_DEPTH} levels`)
    }
    for (const link of links.toReversed()) this.#ahead.push({ cid: link, depth: depth + 1 })
    if (this.#ahead.length > MAX_FETCH_BLOCKS) throw tooMany()
  }

  #isNew(cid: CID): boolean {
    const key = cid.toString()
    if (this.#seen.has(key)) return false
    if (this.#seen.size >= MAX_FETCH_BLOCKS) throw tooMany()
    this.#seen.add(key)
    return true
  }
}

function tooMany(): FetchTooLargeError {
  return new FetchTooLargeError(`the DAG has more than ${MAX_FETCH_BLOCKS} blocks`)
}
