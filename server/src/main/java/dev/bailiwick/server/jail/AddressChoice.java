package dev.bailiwick.server.jail;

import dev.bailiwick.jail.IpAddresses;

/** Where a new jail's addresses come from. */
sealed interface AddressChoice {

    /** The next free ones of the pools. */
    record Automatic() implements AddressChoice {}

    /** Whoever defines the jail names them. */
    record Named(IpAddresses addresses) implements AddressChoice {}
}
