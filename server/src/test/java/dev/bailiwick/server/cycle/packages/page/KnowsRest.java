package dev.bailiwick.server.cycle.packages.page;

import dev.bailiwick.server.cycle.packages.rest.KnowsPage;

/** Knows another package of its module, which knows this one. */
public final class KnowsRest {

    public Class<?> known() {
        return KnowsPage.class;
    }
}
