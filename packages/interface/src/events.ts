/** Where services and plugins tell the operator what happens; `waystone events` shows it. */
export interface AdminEvents {
  /**
   * @param kind - such as `peer:connect`; a plugin's events get its name in front
   * @param detail - JSON; kept small, and without secrets
   */
  emit(kind: string, detail?: Readonly<Record<string, unknown>>): void
}
