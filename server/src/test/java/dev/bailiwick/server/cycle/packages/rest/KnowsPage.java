package dev.bailiwick.server.cycle.packages.rest;

import dev.bailiwick.server.cycle.packages.page.KnowsRest;

/** Knows another package of its module, which knows this one. */
public final class KnowsPage {

    public Class<?> known() {
        return KnowsRest.class;
    }
}
