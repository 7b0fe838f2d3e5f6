import type { SignedReceiptBytes } from './receipt.ts'

/**
 * Receipts of files just delivered. When the connection breaks between delivery
 * and receipt, the sender asks again in the same session and gets this one
 * instead of a second copy of the file.
 */
export class RecentReceipts {
  readonly #receipts = new Map<string, SignedReceiptBytes>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string, session: string): SignedReceiptBytes | undefined {
    return this.#receipts.get(`${key}/${session}`)
  }

  add(key: string, session: string, receipt: SignedReceiptBytes): void {
    this.#receipts.set(`${key}/${session}`, receipt)
    const [oldest] = this.#receipts.keys()
    if (this.#receipts.size > this.#capacity && oldest !== undefined) this.#receipts.delete(oldest)
  }
}
