package dev.bailiwick.server.account.identity;

import java.util.Map;

/** The providers at which people can sign in. */
public interface ProviderNames {

    /** Returns their names for people, by the URL that each calls itself. */
    Map<String, String> byIssuer();
}
