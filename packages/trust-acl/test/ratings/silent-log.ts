import type { Logger } from '@libp2p/interface'

const nothing = (): void => undefined

/** Says nothing to nobody. */
export const silentLog: Logger = Object.assign(nothing, {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: (): Logger => silentLog
})
