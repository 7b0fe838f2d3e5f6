/** What stands before a finding, by its health. */
export type Signs = Readonly<Record<string, string>>

const UNICODE: Signs = { healthy: '✓', degraded: '!', broken: '✗', unknown: '·', hint: '→' }
const ASCII: Signs = { healthy: '+', degraded: '!', broken: 'x', unknown: '-', hint: '->' }

/** Plain ASCII where the locale is not UTF-8. */
export function signsFor(env: NodeJS.ProcessEnv): Signs {
  return isUnicode(env) ? UNICODE : ASCII
}

/** The text as the locale can show it. */
export function fitToLocale(text: string, env: NodeJS.ProcessEnv): string {
  if (isUnicode(env)) return text
  const spelt = text.replaceAll('…', '...').replaceAll('±', '+/-')
  return spelt.replace(/[^\x20-\x7e]/gu, '?')
}

function isUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find(value => value !== undefined && value !== '') ?? ''
  return /utf-?8/i.test(locale) && TERM !== 'dumb'
}
