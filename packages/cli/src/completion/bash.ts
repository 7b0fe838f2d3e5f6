import { pathPatterns, quoted, valuePlaces } from './values.ts'
import type { Completed, Place } from './places.ts'

/** compgen expands the words that it is given once more. */
const PLAIN = /^[\w./:@%+=-]+$/

/** The completion script for bash, 3.2 and later; it needs nothing but bash. */
export function bashScript(places: readonly Place[]): string {
  return `# completion of waystone for bash

_waystone_offer() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@" -- "$cur")
}

_waystone_paths() {
  # marks folders with a slash and quotes what has spaces
  compopt -o filenames 2>/dev/null
  _waystone_offer "$1"
}

_waystone() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at=waystone i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${pathPatterns(places)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${valuePlaces(places)
  .map(({ paths, value }) => `    ${paths.map(quoted).join('|')}) ${offer(value)}; return ;;`)
  .join('\n')}
  esac
  case "$cur" in
    -*) case "$at" in
${places.map(({ path, options }) => `      ${quoted(path)}) ${offer(options.flatMap(({ names }) => names))} ;;`).join('\n')}
      esac ;;
    *) case "$at" in
${places.map(place => `      ${quoted(place.path)}) ${offer(wordsAt(place))} ;;`).join('\n')}
      esac ;;
  esac
}

complete -F _waystone waystone
`
}

function wordsAt({ commands, argument }: Place): Completed {
  return commands.length > 0 ? commands.map(({ name }) => name) : argument
}

function offer(value: Completed): string {
  if (value === 'unknown') return ':'
  if (value === 'files') return '_waystone_paths -f'
  if (value === 'folders') return '_waystone_paths -d'
  return `_waystone_offer -W ${quoted(value.filter(word => PLAIN.test(word)).join(' '))}`
}
