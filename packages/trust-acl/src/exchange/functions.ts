/** The functions that methods need; the others are open to whoever is not blocked. */
export const EXCHANGE_FUNCTIONS = {
  putRecord: 'redistribute-ipns',
  listEntries: 'query-all-ipns',
  exchangeRatings: 'peer-exchange'
} as const
