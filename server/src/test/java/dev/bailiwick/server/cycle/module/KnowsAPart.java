package dev.bailiwick.server.cycle.module;

import dev.bailiwick.server.cycle.module.page.KnowsTheModule;

/** The module's own package, which knows one of its parts. */
public final class KnowsAPart {

    public Class<?> known() {
        return KnowsTheModule.class;
    }
}
