import type { StoredEntry } from './contract.ts'

/** What an operator has made different of an entry, what matters most first. Pure. */
export function whatChanged(before: StoredEntry, after: StoredEntry): string {
  const changed = [
    ...level(before, after),
    ...overrides(before, after),
    ...lifetimes(before, after),
    ...addresses(before, after),
    ...label(before, after)
  ]
  if (changed.length > 0) return changed.join(', ')
  return `at level ${after.trustlevel}${before.validatedAt === after.validatedAt ? ' as before' : ', given again'}`
}

function level({ trustlevel: old }: StoredEntry, { trustlevel }: StoredEntry): string[] {
  return old === trustlevel ? [] : [`from level ${old} to ${trustlevel}`]
}

function overrides({ trustedFunctions: old }: StoredEntry, { trustedFunctions: now }: StoredEntry): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(now)])
  return [...names].filter(name => old[name] !== now[name]).map(name => override(name, now[name]))
}

function override(name: string, allows: boolean | undefined): string {
  if (allows === undefined) return `no override of ${name} any more`
  return allows ? `${name} allowed` : `${name} denied`
}

function lifetimes(before: StoredEntry, after: StoredEntry): string[] {
  return [
    ...(before.trustLifetime === after.trustLifetime ? [] : [`trust-lifetime ${duration(after.trustLifetime)}`]),
    ...(before.cacheLifetime === after.cacheLifetime ? [] : [`cache-lifetime ${duration(after.cacheLifetime)}`])
  ]
}

function duration(ms: number | undefined): string {
  return ms === undefined ? 'without limit' : `${ms} ms`
}

function addresses({ addresses: old }: StoredEntry, { addresses: now }: StoredEntry): string[] {
  const isSame = old.length === now.length && old.every((address, at) => address === now[at])
  return isSame ? [] : [`addresses ${now.join(' ') || 'removed'}`]
}

function label({ label: old }: StoredEntry, { label: now }: StoredEntry): string[] {
  return old === now ? [] : [`label was "${old}"`]
}
