/** The same object with some members of another one. */
export function overlay<T extends object>(object: T, over: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name): unknown => {
      if (name in over) return Reflect.get(over, name)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
}
