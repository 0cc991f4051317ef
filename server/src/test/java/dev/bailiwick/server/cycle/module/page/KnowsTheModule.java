package dev.bailiwick.server.cycle.module.page;

import dev.bailiwick.server.cycle.module.KnowsAPart;

/** Knows the package of its module, which knows this one. */
public final class KnowsTheModule {

    public Class<?> known() {
        return KnowsAPart.class;
    }
}
