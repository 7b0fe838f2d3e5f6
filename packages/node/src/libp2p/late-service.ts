/** A service of a node for those that are made before it; while nodes are made it is absent, and in some it stays so. */
export function lateService<T>(
  components: object,
  key: string,
  isIt: (service: object) => service is T & object
): T | undefined {
  try {
    const service: unknown = Reflect.get(components, key)
    return typeof service === 'object' && service !== null && isIt(service) ? service : undefined
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}
