/** JSON for people and programs, over several lines: a configuration is one thing and no stream of events. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
