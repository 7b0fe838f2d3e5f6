import { planNodes } from './plan.ts'
import { LocalTestnet } from './testnet.ts'
import type { Testnet, TestnetInit } from './contract.ts'

let created = 0

/**
 * Starts a network in this process and resolves when it is {@link Testnet.ready}.
 * If that fails, everything is stopped again.
 *
 * @throws TestnetInvalidError, NodeStartFailedError, TestnetNotReadyError
 */
export async function createTestnet(init: TestnetInit = {}): Promise<Testnet> {
  init.signal?.throwIfAborted()
  const plan = planNodes(init, `testnet-${++created}`)
  const testnet = await LocalTestnet.create(init, plan)
  const options = init.signal === undefined ? {} : { signal: init.signal }
  try {
    await testnet.start(options)
    await testnet.ready(options)
    return testnet
  } catch (error) {
    // the first error says more than what goes wrong while clearing up
    await testnet[Symbol.asyncDispose]().catch(() => {})
    throw error
  }
}
