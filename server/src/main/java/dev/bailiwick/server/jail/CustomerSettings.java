package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.jail.view.JailView;

/** The part of a definition that a customer decides: the command, its environment, and the name servers. */
final class CustomerSettings {

    private static final String WITHOUT_DEFINE = "without it, only command, environment, nameServers, searchDomains,"
            + " resolverOptions and extraHosts of a jail can be changed";

    private CustomerSettings() {}

    /**
     * Checks that the caller may change anything of the jail.
     *
     * @throws RightMissing if the caller may not
     * @throws ScopeMissing if its token does not carry the right
     */
    static void requireAny(Caller caller, JailView jail) {
        if (!caller.may(Right.DEFINE, jail.customer(), jail.id())) {
            caller.require(Right.CONFIGURE, jail.customer(), jail.id());
        }
    }

    /**
     * Checks that the caller may give the jail this definition.
     *
     * @throws RightMissing if it differs in what the caller does not decide
     */
    static void require(Caller caller, JailView jail, JailDefinition wanted) {
        requireAny(caller, jail);
        if (!onlyDiffer(jail.definition(), wanted) && !caller.may(Right.DEFINE, jail.customer(), jail.id())) {
            throw new RightMissing(Right.DEFINE, WITHOUT_DEFINE);
        }
    }

    private static boolean onlyDiffer(JailDefinition known, JailDefinition wanted) {
        return wanted.equals(known.with(wanted.command()).with(wanted.names()));
    }
}
