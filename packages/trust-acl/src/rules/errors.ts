import { WaystoneError } from '@waystone/interface'

/** A rule in the config is neither an IP nor a network. */
export class AddressRuleInvalidError extends WaystoneError {
  static override readonly name = 'AddressRuleInvalidError'

  constructor(rule: string) {
    super(`${JSON.stringify(rule.slice(0, 100))} is no address rule`, {
      hint: 'give an IP such as 203.0.113.7, or a network such as 198.51.100.0/24 or 2001:db8::/32'
    })
  }
}

/** A list has more bytes or lines than are read. */
export class RuleListTooLargeError extends WaystoneError {
  static override readonly name = 'RuleListTooLargeError'

  constructor(message: string) {
    super(message, { hint: 'split the list, or join its networks' })
  }
}

/** A list holds something else than IPs and networks, or a feed nothing at all. */
export class RuleListInvalidError extends WaystoneError {
  static override readonly name = 'RuleListInvalidError'

  constructor(message: string) {
    super(message, { hint: 'one IP or network on each line; # and ; begin a comment' })
  }
}

/** A list cannot be read from its file. */
export class RuleFileUnreadableError extends WaystoneError {
  static override readonly name = 'RuleFileUnreadableError'

  constructor(message: string, cause?: unknown) {
    super(message, { hint: 'the last good version stays in use until the file can be read', cause })
  }
}

/** A feed does not answer, or not with a list. */
export class RuleFeedFailedError extends WaystoneError {
  static override readonly name = 'RuleFeedFailedError'

  constructor(message: string, cause?: unknown) {
    super(message, { hint: 'the last good version stays in use; look at the URL in trust.rules.feeds', cause })
  }
}
