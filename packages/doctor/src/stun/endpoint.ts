/** One end of a UDP flow. */
export interface Endpoint {
  ip: string
  port: number
}

export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.ip === b.ip && a.port === b.port
}

/** `192.0.2.1:3478`, `[2001:db8::1]:3478`. */
export function endpointText({ ip, port }: Endpoint): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
