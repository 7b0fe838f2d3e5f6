import { extname } from 'node:path'

/** The limit of ext4, APFS and NTFS is 255; what is left takes a number such as ` (99)`. */
const MAX_NAME_BYTES = 240

/** Extensions longer than this are cut like the rest of a name. */
const MAX_EXTENSION_BYTES = 32

// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\.|$)/i
const WINDOWS_ILLEGAL = /[<>:"|?*\\]/g

// control, format (zero width, bidi) and line characters make a name look like another
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu

// slashes that some file systems or fonts take for the real one
const SLASH_LOOKALIKES = /[\u2044\u2215\u29f8\uff0f\uff3c\u29f5\u29f9\ufe68]/g

/**
 * A name from a remote as one that is safe directly inside a folder, or
 * `undefined` for names that no honest sender has: empty, `.`, `..`, or with a
 * path separator or a zero byte.
 *
 * Awkward names stay recognisable: what is invisible, illegal on Windows or
 * hides the file is replaced by `_`, and long names are cut before their
 * extension.
 */
export function safeFileName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) return undefined
  const visible = name
    .normalize('NFC')
    .replace(INVISIBLE, '_')
    .replace(WINDOWS_ILLEGAL, '_')
    .replace(SLASH_LOOKALIKES, '_')
  const start = visible.replace(/^[. ]/, '_')
  const plain = WINDOWS_DEVICE.test(start) ? `_${start}` : start
  // last: a cut can leave a dot or a space at the end
  return shorten(plain).replace(/[. ]$/, '_')
}

/** `photo.jpg` as `photo (2).jpg`. */
export function numberedName(name: string, number: number): string {
  const extension = extname(name)
  return `${name.slice(0, name.length - extension.length)} (${number})${extension}`
}

function shorten(name: string): string {
  if (byteLength(name) <= MAX_NAME_BYTES) return name
  const extension = extname(name)
  const kept = byteLength(extension) <= MAX_EXTENSION_BYTES ? extension : ''
  return cutBytes(name, MAX_NAME_BYTES - byteLength(kept)) + kept
}

function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** Whole characters of `text` up to `maxBytes` bytes of UTF-8. */
function cutBytes(text: string, maxBytes: number): string {
  let cut = ''
  let bytes = 0
  for (const character of text) {
    bytes += byteLength(character)
    if (bytes > maxBytes) break
    cut += character
  }
  return cut
}

/** Text of a remote on one line, short and without characters that steer a terminal. */
export function plainText(text: string, maxLength: number): string {
  return Array.from(text.normalize('NFC').replace(INVISIBLE, ' ')).slice(0, maxLength).join('')
}
