import type { Plugin } from './plugin.ts'

/** Control protocols are written on it: every role runs it. */
export const rpcPlugin: Plugin = {
  async create({ trust, clock, random }) {
    const { rpc } = await import('@waystone/rpc/service')
    return rpc({ trust, clock, random })
  }
}
