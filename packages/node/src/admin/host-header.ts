const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])
const PORT = /:\d{1,5}$/

/**
 * Whether a request was meant for this machine by name. A web page can make a
 * browser on this machine send requests to loopback under a name of its own
 * (DNS rebinding); its Host header gives it away.
 */
export function isLoopbackHost(header: string | undefined): boolean {
  return header !== undefined && LOOPBACK_NAMES.has(header.toLowerCase().replace(PORT, ''))
}
