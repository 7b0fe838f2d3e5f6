/**
 * The functions that methods need; the others are open to whoever is not blocked.
 * `putRecord` asks by itself: a record of an entry of this node is welcome from anybody.
 */
export const EXCHANGE_FUNCTIONS = {
  listEntries: 'query-all-ipns',
  exchangeRatings: 'peer-exchange'
} as const
