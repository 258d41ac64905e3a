/** Where a listening source can be reached, and by which names. */

export interface ListenAddress {
  /** For messages. */
  readonly url: string
  /** A name or an address, without the brackets of IPv6. */
  readonly host: string
  /** 0 for one that the system chooses. */
  readonly port: number
  readonly path: string
  /** Only programs of this machine can reach it. */
  readonly isLoopback: boolean
}

/** Whether a host of a URL is this machine, and no other can reach it. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** Addresses that stand for all of a machine's, and have no name of their own. */
const ALL_ADDRESSES = ["0.0.0.0", "::"]

/**
 * Whether a request's Host header names this address. A page that a person visits can have its own name resolve to any
 * address, and so send here what its origin forbids it to send elsewhere: but not under another name.
 */
export function isOwnHost(header: string | undefined, { host, isLoopback: isLocal }: ListenAddress): boolean {
  if (header === undefined || !URL.canParse(`http://${header}`)) return false
  const { host: named, hostname } = new URL(`http://${header}`)
  if (header.toLowerCase().replace(/:80$/, "") !== named) return false // there is more in it than a host
  if (ALL_ADDRESSES.includes(host)) return true // guarded by its token
  return isLocal ? isLoopback(hostname) : hostname.replace(/^\[(.*)\]$/, "$1") === host
}

/** Whether a request comes from no web page, or from one of this very address, which serves none. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`
}
