/** What stands before a finding, by its health. */
export type Signs = Readonly<Record<string, string>>

const UNICODE: Signs = { healthy: '✓', degraded: '!', broken: '✗', unknown: '·', hint: '→' }
const ASCII: Signs = { healthy: '+', degraded: '!', broken: 'x', unknown: '-', hint: '->' }

/** Plain ASCII where the locale is not UTF-8. */
export function signsFor({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): Signs {
  const locale = [LC_ALL, LC_CTYPE, LANG].find(value => value !== undefined && value !== '') ?? ''
  return /utf-?8/i.test(locale) && TERM !== 'dumb' ? UNICODE : ASCII
}
