/**
 * A service that has a say in `/readyz` carries a `ReadinessCheck` under this symbol.
 */
export const readinessSymbol: unique symbol = Symbol.for('@waystone/readiness')

export interface ReadinessCheck {
  [readinessSymbol](): string[]
}
